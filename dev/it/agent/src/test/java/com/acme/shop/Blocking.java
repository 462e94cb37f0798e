package com.acme.shop;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.blockhound.BlockHound;

/** Blocks on a thread that must not, and loses files there and elsewhere. It ends when its input does. */
public final class Blocking {

    /** The thread that must not block, not even to print. */
    static final String LOOP = "event-loop";

    private static final List<String> SAID = new CopyOnWriteArrayList<>();

    private Blocking() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        BlockHound.install(); // with LoopMustNotBlock
        Thread loop = new Thread(Blocking::run, LOOP);
        loop.start();
        loop.join();
        lose();
        SAID.forEach(System.out::println);
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.gc();
        }
    }

    private static void run() {
        try {
            lose();
            SAID.add("lost on the loop");
            try (FileInputStream in = new FileInputStream("/etc/hosts")) {
                SAID.add("blocked by reading " + in.read());
            }
        } catch (IOException | Error e) {
            SAID.add("refused " + e);
        }
    }

    private static void lose() throws IOException {
        FileInputStream in = new FileInputStream("/etc/hosts");
        if (in.read() < 0) {
            throw new IOException("empty");
        }
    }
}
