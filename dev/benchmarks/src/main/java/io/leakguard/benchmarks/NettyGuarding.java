package io.leakguard.benchmarks;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import org.jspecify.annotations.Nullable;

/** The detector of Netty in this JVM, by {@code -Dbench.guard=}. A process has one detector, so each has a fork. */
final class NettyGuarding implements AutoCloseable {

    static final String NONE = "-Dbench.guard=none";
    static final String DEFAULT = "-Dbench.guard=default";
    static final String NO_STACK = "-Dbench.guard=nostack";
    static final String EVERY_STACK = "-Dbench.guard=every";
    static final String DISABLED = "-Dio.netty.leakDetection.level=disabled";
    static final String SIMPLE = "-Dio.netty.leakDetection.level=simple";
    static final String PARANOID = "-Dio.netty.leakDetection.level=paranoid";

    private final @Nullable LeakGuard guard;
    final @Nullable NettyGuard netty;

    NettyGuarding() {
        String how = System.getProperty("bench.guard", "none");
        LeakGuardBuilder builder = LeakGuard.builder().log(false);
        switch (how) {
            case "none" -> {
                guard = null;
                netty = null;
                return;
            }
            case "default" -> {}
            case "nostack" -> builder.capture(CaptureBudget.none());
            case "every" -> builder.capture(CaptureBudget.unlimited());
            default -> throw new IllegalArgumentException("bench.guard: " + how);
        }
        guard = builder.build();
        netty = NettyGuard.install(guard);
        if (netty.buffers() != BufferTracking.EVERY) {
            throw new IllegalStateException(netty.buffers().text());
        }
    }

    @Override
    public void close() {
        if (netty != null) {
            netty.close();
        }
        if (guard != null) {
            guard.close();
        }
    }
}
