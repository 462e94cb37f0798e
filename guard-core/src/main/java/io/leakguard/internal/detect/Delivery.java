package io.leakguard.internal.detect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The fate of a report about a resource that was still open. For the reporter's thread only, but for the holder. */
public final class Delivery {
    /** Who holds the resource, once that is known. Any thread. */
    volatile String heldBy = "";

    /** It waits until that is known. */
    boolean waiting;

    /** Whether listeners got it. If not, another report of its site stood for it. */
    boolean emitted;

    /** The time for which the resource was open, if it was closed while the report waited for its turn. */
    @Nullable
    Duration releasedAfter;
}
