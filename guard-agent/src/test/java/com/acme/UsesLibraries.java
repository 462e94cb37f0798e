package com.acme;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.apache.vendor.Archive;

/** Has libraries open files and sockets, and loses them or keeps them. */
public final class UsesLibraries {

    private static Response kept = null;

    private UsesLibraries() {}

    public static void main(String[] args) throws Exception {
        loseAnArchive();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> serve(server));
            serving.setDaemon(true);
            serving.start();
            keepAResponse(server.getLocalPort());
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (in.readLine() != null) {
                System.gc();
            }
            System.out.println(kept.code());
        }
        System.exit(0);
    }

    private static void loseAnArchive() throws IOException {
        new Archive("/etc/hosts"); // leaks
    }

    private static void keepAResponse(int port) throws IOException {
        Request request =
                new Request.Builder().url("http://127.0.0.1:" + port + "/").build();
        kept = new OkHttpClient().newCall(request).execute(); // keeps
    }

    private static void serve(ServerSocket server) {
        try (Socket socket = server.accept();
                InputStream in = socket.getInputStream()) {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegun"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            while (in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            System.out.println(e);
        }
    }
}
