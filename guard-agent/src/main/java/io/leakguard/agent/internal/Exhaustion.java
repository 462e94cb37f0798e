package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.OpenResources;
import io.leakguard.watch.FileDescriptors;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports who holds the descriptors when none is left: an opening has failed, and the count is at the limit. At most
 * every 30 seconds. All its classes are loaded before.
 */
final class Exhaustion {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.agent");
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Counting takes a descriptor, and other threads may have closed some meanwhile. */
    private static final long NEARLY = 8;

    private final LeakGuard guard;
    private final boolean isCountable = FileDescriptors.ofThisProcess().used().isPresent();
    private long last = System.nanoTime() - PAUSE_NANOS;

    Exhaustion(LeakGuard guard) {
        this.guard = guard;
        if (!LOG.isErrorEnabled() || text(guard.open(), OptionalLong.empty()).isEmpty()) {
            throw new IllegalStateException("the table can't be made");
        }
    }

    void look(boolean failed) {
        if (!failed || System.nanoTime() - last < PAUSE_NANOS) {
            return;
        }
        FileDescriptors descriptors = FileDescriptors.ofThisProcess();
        OptionalLong used = descriptors.used();
        OptionalLong limit = descriptors.limit();
        // Where not even counting can have one any more, none is left.
        boolean none =
                used.isEmpty() ? isCountable : limit.isPresent() && used.getAsLong() >= limit.getAsLong() - NEARLY;
        if (none) {
            last = System.nanoTime();
            LOG.error(text(guard.open(), limit));
        }
    }

    private static String text(OpenResources open, OptionalLong limit) {
        return "no descriptor is left" + (limit.isPresent() ? " of " + limit.getAsLong() : "") + ": " + open.toText();
    }
}
