package com.acme;

import io.leakguard.LeakGuard;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

public class OrderReader {

    static int readFirst(LeakGuard guard, Path orders) throws IOException {
        InputStream in = guard.wrap(new FileInputStream(orders.toFile()), "orders of today");
        int first = in.read();
        if (first < 0) {
            return 0; // no orders today, and nobody closes the stream
        }
        in.close();
        return first;
    }

    public static void main(String[] args) throws IOException {
        try (LeakGuard guard = LeakGuard.create()) {
            readFirst(guard, Files.createTempFile("orders", ".csv"));
            while (guard.stats().leaked() == 0) {
                System.gc(); // a daemon needs no such loop: it lives long enough
            }
        }
    }
}
