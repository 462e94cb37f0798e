package com.acme;

import java.io.FileInputStream;
import java.io.IOException;

/** The daemon of the README, without a line of LeakGuard. */
public final class Orders {

    private Orders() {}

    public static void main(String[] args) throws IOException {
        long end = System.nanoTime() + 5_000_000_000L;
        first("/etc/hosts");
        while (System.nanoTime() < end && System.in.available() == 0) {
            System.gc();
        }
    }

    /**
     * Reads the first byte and closes the file, unless it has content.
     *
     * @param file the file
     */
    private static void first(String file) throws IOException {
        FileInputStream in = new FileInputStream(file);
        if (in.read() >= 0) {
            return;
        }
        in.close();
    }
}
