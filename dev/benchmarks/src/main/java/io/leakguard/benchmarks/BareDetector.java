package io.leakguard.benchmarks;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The cheapest detector that makes Netty put each buffer into its wrapper. With {@code -Dbench.cleaner=true}, it adds
 * the JDK's cheapest way to notice a collected buffer. {@code -Dio.netty.customResourceLeakDetector} names it to Netty.
 * For Netty 4.2 only: in 4.1 {@code track} is final, so the build leaves this class out.
 *
 * @param <T> the type of the resources
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
     * Makes a detector. Netty calls this if the system property names this class.
     *
     * @param resourceType the type of the resources
     * @param samplingInterval ignored
     */
    public BareDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    /**
     * The same. Netty looks for both, and logs if it finds only one.
     *
     * @param resourceType the type of the resources
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
