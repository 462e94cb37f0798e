package io.leakguard.demo;

import io.leakguard.LeakGuard;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The server to which the daemon forwards orders. It answers {@code ORDER id deadline} with {@code OK id}, too late for
 * some.
 */
final class Peer implements AutoCloseable {

    /** Orders with a shorter deadline never get an answer. */
    static final int SLOW_MILLIS = 1_000;

    private final ServerSocket server;
    private final Socket maintenance = new Socket();
    private final ExecutorService threads;
    private final Set<Socket> connected = ConcurrentHashMap.newKeySet();

    Peer(LeakGuard guard) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        server = guard.wrap(new ServerSocket(0, 200, loopback), "peer");
        maintenance.bind(new InetSocketAddress(loopback, 0));
        threads = guard.wrap(Executors.newCachedThreadPool(), "peer threads");
        threads.execute(this::acceptAll);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** A bound address that doesn't listen, so that connections are refused. */
    InetSocketAddress maintenanceAddress() {
        return (InetSocketAddress) maintenance.getLocalSocketAddress();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket socket = server.accept();
                connected.add(socket);
                threads.execute(() -> answer(socket));
            }
        } catch (IOException e) {
            if (!server.isClosed()) {
                throw new java.io.UncheckedIOException("the peer can't accept", e);
            }
        }
    }

    private void answer(Socket accepted) {
        try (Socket socket = accepted) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String line = in.readLine();
            if (line == null) {
                return; // only a probe
            }
            String[] order = line.split(" ", -1);
            if (Integer.parseInt(order[2]) < SLOW_MILLIS) {
                in.readLine(); // nobody sends another line: it waits until the other side closes, or for ever
            } else {
                socket.getOutputStream().write(("OK " + order[1] + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // The other side is gone, which is an ordinary end of the connection.
        } finally {
            connected.remove(accepted);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        maintenance.close();
        for (Socket socket : connected) {
            socket.close();
        }
        threads.shutdown();
    }
}
