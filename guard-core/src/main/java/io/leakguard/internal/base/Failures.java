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

    /** The guard failed while it was doing something. Throws nothing. */
    public void internal(String doing, Throwable failure) {
        try {
            internal.incrementAndGet();
            if (logged.getAndIncrement() < MAX_LOGGED) {
                LOG.error("LeakGuard failed at {}; please report this with its stack", doing, failure);
            }
        } catch (Throwable t) {
            // Logging is what fails, or there is no memory: the count must do.
        }
    }

    /** A listener threw. Throws nothing. */
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
            // As above: the failure is counted already.
        }
    }

    /** A context provider threw; what it would have told is missing from a report. */
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

    /** How often the guard itself has failed. */
    public long internalCount() {
        return internal.get();
    }

    /** How often listeners and context providers have failed. */
    public long listenerCount() {
        return ofListeners.get();
    }
}
