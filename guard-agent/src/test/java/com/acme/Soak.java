package com.acme;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;

/** Opens and closes on four threads, and loses one in a hundred, while the garbage collector runs. */
public final class Soak {

    private static final int THREADS = 4;

    private Soak() {}

    public static void main(String[] args) throws Exception {
        long each = Long.parseLong(args[0]) / THREADS;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> work(each), "soak-" + i);
            thread.start();
            threads.add(thread);
        }
        while (threads.stream().anyMatch(Thread::isAlive)) {
            System.gc();
            Thread.sleep(50);
        }
        System.out.println("ready");
        while (System.in.read() >= 0) {
            System.gc();
        }
    }

    private static void work(long times) {
        try {
            for (long i = 0; i < times; i++) {
                RandomAccessFile in = new RandomAccessFile("/dev/null", "r");
                if (i % 100 != 99) {
                    in.close();
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
