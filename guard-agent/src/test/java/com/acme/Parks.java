package com.acme;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parks files and a socket in maps, as the agent's process of a test. It knows no guard. */
public final class Parks {

    static final Map<String, List<FileInputStream>> FILES = new HashMap<>();
    static final Map<Integer, Socket> SUBSCRIBERS = new HashMap<>();

    private Parks() {}

    public static void main(String[] args) throws IOException {
        for (int i = 0; i < 3; i++) {
            FILES.computeIfAbsent("report", k -> new ArrayList<>()).add(new FileInputStream(args[0]));
        }
        subscribe();
        System.out.println("ready");
        System.in.read();
    }

    private static void subscribe() throws IOException {
        try (ServerSocket server = new ServerSocket(0)) {
            SUBSCRIBERS.put(7, new Socket(server.getInetAddress(), server.getLocalPort()));
            server.accept().close();
        }
    }
}
