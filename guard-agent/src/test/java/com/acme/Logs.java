package com.acme;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Opens, loses and logs on several threads from its first moment, with one of the logging libraries. Ends by itself. */
public final class Logs {

    private static final int THREADS = 3;

    private interface Log {
        void info(String text);
    }

    private Logs() {}

    public static void main(String[] args) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> work(args[0], start), "work-" + i);
            thread.start();
            threads.add(thread);
        }
        start.countDown();
        System.gc();
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("done");
    }

    private static void work(String library, CountDownLatch start) {
        try {
            start.await();
            Log log = log(library); // on several threads at once: each wants to be the first
            for (int i = 0; i < 20; i++) {
                new FileInputStream("/etc/hosts");
                try (FileInputStream in = new FileInputStream("/etc/hosts")) {
                    log.info("read " + in.read());
                }
                if (i % 7 == 0) {
                    System.gc();
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Log log(String library) {
        return switch (library) {
            case "jul" -> java.util.logging.Logger.getLogger("com.acme")::info;
            case "log4j2" -> org.apache.logging.log4j.LogManager.getLogger("com.acme")::info;
            case "logback" -> org.slf4j.LoggerFactory.getLogger("com.acme")::info;
            default -> text -> {};
        };
    }
}
