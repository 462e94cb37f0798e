package io.leakguard.netty.it;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, for what depends on what was loaded first; what it prints is what the tests look at. */
final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "late" -> late();
            case "restore" -> restore();
            case "compare" -> Comparison.run();
            case "property" -> leakFifty(LeakGuard.global());
            case "locked" -> {
                try (LeakGuard guard = LeakGuard.create();
                        NettyGuard netty = NettyGuard.install(guard)) {
                    System.out.println("buffers " + netty.buffers());
                    for (int i = 0; i < 1_000; i++) {
                        PooledByteBufAllocator.DEFAULT
                                .directBuffer(64)
                                .writeInt(1)
                                .release();
                    }
                    System.out.println("open " + guard.stats().of(Leaks.BYTEBUF).open());
                    leakFifty(guard);
                }
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void restore() {
        ResourceLeakDetectorFactory factory = ResourceLeakDetectorFactory.instance();
        try (LeakGuard guard = LeakGuard.create()) {
            NettyGuard netty = NettyGuard.install(guard);
            System.out.println("another factory: " + (ResourceLeakDetectorFactory.instance() != factory));
            netty.close();
            System.out.println("the same factory again: " + (ResourceLeakDetectorFactory.instance() == factory));
            System.out.println("level: " + ResourceLeakDetector.getLevel());
            ByteBuf nobodys = PooledByteBufAllocator.DEFAULT.directBuffer(64);
            System.out.println("tracked: " + guard.stats().open());
            nobodys.release();
        }
    }

    private static void late() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
        try (LeakGuard guard = LeakGuard.create();
                NettyGuard netty = NettyGuard.install(guard)) {
            System.out.println("buffers " + netty.buffers());
            PooledByteBufAllocator.DEFAULT.directBuffer(64);
            for (int i = 0; i < 20; i++) {
                System.gc();
                PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
            }
        }
    }

    private static void leakFifty(LeakGuard guard) {
        for (int i = 0; i < 50; i++) {
            PooledByteBufAllocator.DEFAULT.directBuffer(64);
        }
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() >= 50);
        Leaks.settle(guard);
        System.out.println("leaked " + guard.stats().of(Leaks.BYTEBUF).leaked());
    }

    static String run(String mode, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of(options));
        command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path"), Child.class.getName(), mode));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new AssertionError("the child did not end: " + output);
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
