package com.acme;

import java.io.IOException;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;

/** Helps tests: the first that needs the server starts it, and it lives as long as the suite. */
final class TestServer {

    private static @Nullable ServerSocket server;

    private TestServer() {}

    static synchronized int port() throws IOException {
        ServerSocket known = server;
        if (known == null) {
            server = known = new ServerSocket(0); // leaves socket.server
            Thread thread = new Thread(TestServer::serve, "test-server");
            thread.start();
        }
        return known.getLocalPort();
    }

    private static void serve() {
        ServerSocket known = server;
        try {
            while (known != null) {
                known.accept().close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static int dropped(java.io.File file) throws IOException {
        return new java.io.FileInputStream(file).read(); // leaves file.input
    }
}
