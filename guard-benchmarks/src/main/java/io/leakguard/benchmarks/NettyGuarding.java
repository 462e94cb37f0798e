package io.leakguard.benchmarks;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What watches Netty in this JVM, by {@code -Dbench.guard=}: there is one detector in a process, so each has a fork. */
final class NettyGuarding implements AutoCloseable {

    static final String NONE = "-Dbench.guard=none";
    static final String DEFAULT = "-Dbench.guard=default";
    static final String NO_STACK = "-Dbench.guard=nostack";
    static final String EVERY_STACK = "-Dbench.guard=every";
    /** Nothing is tracked, but Netty puts each buffer into what tells a detector of its release. */
    static final String WRAPPER = "-Dbench.guard=wrapper";

    /** The same, and a bare {@link Cleaner} for each buffer. */
    static final String CLEANER = "-Dbench.guard=cleaner";

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
            case "wrapper", "cleaner" -> {
                guard = null;
                netty = null;
                ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
                        new Factory(how.equals("wrapper") ? new Nothing() : new OfCleaner()));
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

    /** Makes detectors that ask {@code tracking} for each resource; on Netty 4.1, where they are asked for nothing, of no use. */
    private static final class Factory extends ResourceLeakDetectorFactory {
        private final Tracking tracking;

        Factory(Tracking tracking) {
            this.tracking = tracking;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract there
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return newResourceLeakDetector(resource, samplingInterval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return new ResourceLeakDetector<>(resource, samplingInterval) {
                @Override
                public ResourceLeakTracker<T> track(T object) {
                    return tracking.of(object);
                }

                @Override
                public ResourceLeakTracker<T> trackForcibly(T object) {
                    return tracking.of(object);
                }
            };
        }
    }

    private interface Tracking {
        <T> ResourceLeakTracker<T> of(T object);
    }

    /** The least that can tell that a buffer was released. */
    private static final class Nothing implements Tracking {
        private final ResourceLeakTracker<Object> one = new Closing<>() {
            @Override
            public boolean close(Object tracked) {
                return true;
            }
        };

        @Override
        @SuppressWarnings("unchecked") // it does nothing with it
        public <T> ResourceLeakTracker<T> of(T object) {
            return (ResourceLeakTracker<T>) one;
        }
    }

    /** The least of the JDK that can tell that a buffer was collected without it. */
    private static final class OfCleaner implements Tracking {
        private final Cleaner cleaner = Cleaner.create();

        @Override
        public <T> ResourceLeakTracker<T> of(T object) {
            State state = new State();
            Cleaner.Cleanable cleanable = cleaner.register(object, state);
            return new Closing<>() {
                @Override
                public boolean close(T tracked) {
                    state.closed = true;
                    cleanable.clean();
                    return true;
                }
            };
        }
    }

    private static final class State implements Runnable {
        boolean closed;

        @Override
        public void run() {
            if (!closed) {
                LoggerFactory.getLogger(NettyGuarding.class).warn("a buffer leaked");
            }
        }
    }

    private abstract static class Closing<T> implements ResourceLeakTracker<T> {
        @Override
        public void record() {}

        @Override
        public void record(Object hint) {}
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
