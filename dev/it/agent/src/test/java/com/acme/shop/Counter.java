package com.acme.shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A small web server of the JDK's own, without a line of LeakGuard or OpenTelemetry. It ends when its input does. */
public final class Counter {

    private Counter() {}

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        server.setExecutor(threads);
        server.createContext("/lose", exchange -> answer(exchange, lose()));
        server.start();
        System.out.println("ready " + server.getAddress().getPort());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.gc();
        }
        server.stop(0);
        threads.shutdown();
    }

    private static int lose() throws IOException {
        FileInputStream in = new FileInputStream("/etc/hosts");
        return in.read();
    }

    private static void answer(HttpExchange exchange, int read) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(read < 0 ? 500 : 200, -1);
        }
    }
}
