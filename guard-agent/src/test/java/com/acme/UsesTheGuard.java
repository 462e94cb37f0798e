package com.acme;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.OpenResources;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Uses a guard of its own beside the agent: what both know is one thing. Prints what its guard tells. */
public final class UsesTheGuard {

    private static final List<Object> HELD = new ArrayList<>();

    private UsesTheGuard() {}

    public static void main(String[] args) throws IOException {
        HELD.add(early());
        LeakGuard guard = LeakGuard.global();
        guard.addListener(new LeakListener() {
            @Override
            public void onLeak(LeakReport report) {
                System.out.println("leak " + report.kind() + " " + report.cause() + " " + report.siteText() + " scopes "
                        + report.scopes());
            }
        });
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            try (LeakScope scope = guard.openScope("order-1")) {
                HELD.add(inScope());
            }
            lose(guard, server.getLocalPort());
            keep(guard, server.getLocalPort());
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("open")) {
                    for (OpenResources.Group group : guard.open().groups()) {
                        System.out.println("open " + group.count() + " " + group.kind() + " " + group.siteText()
                                + " thread " + group.threads());
                    }
                    System.out.println("that is all");
                } else {
                    System.gc();
                }
            }
        }
        System.exit(0);
    }

    private static Object early() throws IOException {
        return new FileInputStream("/etc/hosts");
    }

    private static Object inScope() throws IOException {
        return new FileInputStream("/etc/hosts");
    }

    @SuppressWarnings("StreamResourceLeak") // what this is for
    private static void lose(LeakGuard guard, int port) throws IOException {
        guard.wrap(
                new BufferedReader(new InputStreamReader(new FileInputStream("/etc/hosts"), StandardCharsets.UTF_8)));
        guard.wrap(new Socket(InetAddress.getLoopbackAddress(), port));
        guard.wrap(Files.list(Path.of("/etc")));
        guard.wrap(Files.newBufferedReader(Path.of("/etc/hosts")));
    }

    @SuppressWarnings("StreamResourceLeak")
    private static void keep(LeakGuard guard, int port) throws IOException {
        HELD.add(guard.wrap(new FileInputStream("/etc/hosts")));
        HELD.add(guard.wrap(new Socket(InetAddress.getLoopbackAddress(), port)));
        HELD.add(guard.wrap(Files.newDirectoryStream(Path.of("/etc"))));
        HELD.add(guard.wrap(Files.lines(Path.of("/etc/hosts"))));
    }
}
