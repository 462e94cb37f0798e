package com.acme;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Makes a thread, an executor and an HTTP client for each request, and ends none. A line is some requests. */
public final class PilesUp {

    private static final int MOST = 1_200;
    private static final int EACH = 5;

    private static final List<Object> KEPT = new ArrayList<>();
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private PilesUp() {}

    public static void main(String[] args) throws IOException {
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            for (int i = 0; i < EACH && KEPT.size() < MOST; i++) {
                thread();
                executor();
                client();
            }
        }
        System.exit(0);
    }

    private static void thread() {
        Thread thread = new Thread(null, PilesUp::idle, "request", 65_536);
        thread.setDaemon(true);
        thread.start(); // piles up thread
        KEPT.add(thread);
    }

    private static void idle() {
        try {
            NEVER.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void executor() {
        ExecutorService pool = Executors.newCachedThreadPool(); // piles up executor
        KEPT.add(pool);
    }

    private static void client() {
        HttpClient client = HttpClient.newHttpClient(); // piles up http.client
        KEPT.add(client);
    }
}
