package io.leakguard.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A load balancer in front of the daemon: asks for its health once over each connection, and keeps the connections. */
final class Balancer implements AutoCloseable {

    static final int CONNECTIONS = 3;

    private final List<Socket> connections = new ArrayList<>();

    Balancer(URI health) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket socket = new Socket(health.getHost(), health.getPort());
            connections.add(socket);
            socket.setSoTimeout(30_000);
            String request = "GET " + health.getPath() + " HTTP/1.1\r\nHost: " + health.getAuthority() + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            readAnswer(socket.getInputStream());
        }
    }

    private static void readAnswer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the daemon closed the connection after: " + head);
            }
            head.append((char) next);
        }
        String length =
                head.toString().toLowerCase(Locale.ROOT).replaceFirst("(?s).*\r\ncontent-length: *(\\d+).*", "$1");
        in.readNBytes(Integer.parseInt(length));
    }

    /** The number of connections that the daemon has not closed. */
    int held() throws IOException {
        int held = 0;
        for (Socket socket : connections) {
            socket.setSoTimeout(50);
            try {
                if (socket.getInputStream().read() >= 0) {
                    throw new IOException("the daemon says more than it was asked");
                }
            } catch (SocketTimeoutException e) {
                held++; // nothing to read, and no end
            }
        }
        return held;
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : connections) {
            socket.close();
        }
    }
}
