package io.leakguard.benchmarks;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The least that has Netty put each buffer into its wrapper; with {@code -Dbench.cleaner=true}, the least of the JDK that can
 * tell that one was collected without its release. Netty is told of it by {@code -Dio.netty.customResourceLeakDetector}. For
 * Netty 4.2: on 4.1 {@code track} is final, so the build leaves this out there.
 *
 * @param <T> what it tracks
 */
public final class BareDetector<T> extends ResourceLeakDetector<T> {

    private static final boolean WRAP = !"false".equals(System.getProperty("bench.wrap"));
    private static final @Nullable Cleaner CLEANER = Boolean.getBoolean("bench.cleaner") ? Cleaner.create() : null;

    private final ResourceLeakTracker<T> nothing = new Closing<>() {
        @Override
        public boolean close(T tracked) {
            return true;
        }
    };

    /**
     * Makes a detector, as Netty does that reads the system property.
     *
     * @param resourceType what it tracks
     * @param samplingInterval ignored
     */
    public BareDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    /**
     * As the other; Netty asks for both, and logs that it found only one.
     *
     * @param resourceType what it tracks
     * @param samplingInterval ignored
     * @param maxActive ignored
     */
    public BareDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
        this(resourceType, samplingInterval);
    }

    @Override
    public @Nullable ResourceLeakTracker<T> track(T resource) {
        return WRAP ? trackForcibly(resource) : null;
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T resource) {
        return CLEANER == null ? nothing : new Cleaned<>(CLEANER, resource);
    }

    private abstract static class Closing<T> implements ResourceLeakTracker<T> {
        @Override
        public void record() {}

        @Override
        public void record(Object hint) {}
    }

    private static final class Cleaned<T> extends Closing<T> {
        private final State state = new State();
        private final Cleaner.Cleanable cleanable;

        Cleaned(Cleaner cleaner, T resource) {
            cleanable = cleaner.register(resource, state);
        }

        @Override
        public boolean close(T tracked) {
            state.closed = true;
            cleanable.clean();
            return true;
        }
    }

    private static final class State implements Runnable {
        boolean closed;

        @Override
        public void run() {
            if (!closed) {
                LoggerFactory.getLogger(BareDetector.class).warn("a buffer leaked");
            }
        }
    }
}
