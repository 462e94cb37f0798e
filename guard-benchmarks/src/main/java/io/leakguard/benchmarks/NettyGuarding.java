package io.leakguard.benchmarks;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import org.jspecify.annotations.Nullable;

/** What watches Netty in this JVM, by {@code -Dbench.guard=}: there is one detector in a process, so each has a fork. */
final class NettyGuarding implements AutoCloseable {

    static final String NONE = "-Dbench.guard=none";
    static final String DEFAULT = "-Dbench.guard=default";
    static final String NO_STACK = "-Dbench.guard=nostack";
    static final String EVERY_STACK = "-Dbench.guard=every";
    /** Nothing is tracked, but Netty puts each buffer into what tells a detector of its release. */
    static final String WRAPPER = "-Dbench.guard=wrapper";

    static final String DISABLED = "-Dio.netty.leakDetection.level=disabled";
    static final String SIMPLE = "-Dio.netty.leakDetection.level=simple";
    static final String PARANOID = "-Dio.netty.leakDetection.level=paranoid";

    private final @Nullable LeakGuard guard;
    final @Nullable NettyGuard netty;

    NettyGuarding() {
        String how = System.getProperty("bench.guard", "none");
        LeakGuard.Builder builder = LeakGuard.builder().log(false);
        switch (how) {
            case "none" -> {
                guard = null;
                netty = null;
                return;
            }
            case "wrapper" -> {
                guard = null;
                netty = null;
                ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new WrappersAlone());
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

    private static final class WrappersAlone extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation") // abstract there
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return new TracksNothing<>(resource, samplingInterval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return new TracksNothing<>(resource, samplingInterval);
        }
    }

    /** Netty 4.2's detector can be told so; on 4.1 it is final, and there is no such measurement. */
    private static final class TracksNothing<T> extends ResourceLeakDetector<T> {
        private final ResourceLeakTracker<T> none = new ResourceLeakTracker<>() {
            @Override
            public void record() {}

            @Override
            public void record(Object hint) {}

            @Override
            public boolean close(T tracked) {
                return true;
            }
        };

        TracksNothing(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        public ResourceLeakTracker<T> track(T resource) {
            return none;
        }

        @Override
        public ResourceLeakTracker<T> trackForcibly(T resource) {
            return none;
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
