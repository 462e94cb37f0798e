package com.acme;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Opens files where there is no stack left, and where there is no memory left. It must come through both. */
public final class Faults {

    private Faults() {}

    public static void main(String[] args) throws IOException {
        int overflows = 0;
        for (int i = 0; i < 30; i++) {
            try {
                deeper(0);
            } catch (StackOverflowError e) {
                overflows++;
            }
        }
        if (overflows != 30) {
            throw new IllegalStateException("the stack did not overflow");
        }
        useAll("after the stack");
        for (int i = 0; i < 5; i++) {
            fill();
        }
        useAll("after the heap");
        lose();
        System.out.println("ready");
        while (System.in.read() >= 0) {
            System.gc();
        }
    }

    private static void deeper(int depth) {
        try (FileInputStream in = new FileInputStream("/dev/null")) {
            in.read();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (depth < Integer.MAX_VALUE) {
            deeper(depth + 1);
        }
    }

    private static void fill() {
        List<byte[]> all = new ArrayList<>();
        int size = 1 << 20;
        while (size > 16 && all.size() < Integer.MAX_VALUE) {
            try {
                all.add(new byte[size]);
                try (FileInputStream in = new FileInputStream("/dev/null")) {
                    in.read();
                }
            } catch (OutOfMemoryError e) {
                size /= 2;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void useAll(String when) throws IOException {
        for (int i = 0; i < 10_000; i++) {
            try (FileInputStream in = new FileInputStream("/dev/null")) {
                if (in.read() >= 0) {
                    throw new IOException("there is nothing to read");
                }
            }
        }
        System.out.println("works " + when);
    }

    private static void lose() throws IOException {
        new FileInputStream("/etc/hosts"); // leaks
    }
}
