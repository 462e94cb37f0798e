package io.leakguard.internal.detect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of a report of something that was still open. Of the reporter's thread only. */
public final class Delivery {
    /** Whether listeners were given it; otherwise another one of its site stood for it. */
    boolean emitted;

    /** How long the resource was open, if it was closed after all while the report waited for its turn. */
    @Nullable
    Duration releasedAfter;
}
