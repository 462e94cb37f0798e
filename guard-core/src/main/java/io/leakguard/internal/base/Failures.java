package io.leakguard.internal.base;

import io.leakguard.LeakListener;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures of one guard and of the application's code that it calls. They are counted, and the first {@value #MAX_LOGGED}
 * are logged. The application never sees them.
 */
public final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");
    private static final int MAX_LOGGED = 100;

    private final AtomicLong internal = new AtomicLong();
    private final AtomicLong ofListeners = new AtomicLong();
    private final AtomicInteger logged = new AtomicInteger();

    /** Counts a failure of the guard during an action. Throws nothing. */
    public void internal(String doing, Throwable failure) {
        try {
            internal.incrementAndGet();
            if (logged.getAndIncrement() < MAX_LOGGED) {
                LOG.error("LeakGuard failed at {}; please report this with its stack", doing, failure);
            }
        } catch (Throwable t) {
            // Logging fails, or there is no memory: the count must do.
        }
    }

    /** Counts an exception of a listener. Throws nothing. */
    public void ofListener(LeakListener listener, Throwable failure) {
        ofListeners.incrementAndGet();
        try {
            if (logged.getAndIncrement() < MAX_LOGGED) {
                LOG.warn(
                        "listener {} failed; it stays registered",
                        listener.getClass().getName(),
                        failure);
            }
        } catch (Throwable t) {
            // The failure is counted already.
        }
    }

    /** Counts an exception of a context provider, whose attributes are missing from a report. */
    public void ofContextProvider() {
        ofListeners.incrementAndGet();
    }

    /** Runs an action; its failure is counted, and the caller goes on. */
    public void runQuietly(String doing, Runnable action) {
        try {
            action.run();
        } catch (Throwable t) {
            internal(doing, t);
        }
    }

    /** The number of failures of the guard itself. */
    public long internalCount() {
        return internal.get();
    }

    /** The number of failures of listeners and context providers. */
    public long listenerCount() {
        return ofListeners.get();
    }
}
