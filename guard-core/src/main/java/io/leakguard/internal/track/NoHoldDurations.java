package io.leakguard.internal.track;

import io.leakguard.HoldDurations;
import java.util.List;

/** For a guard that counts no durations. */
public final class NoHoldDurations implements HoldDurations {
    @Override
    public List<Held> drain() {
        return List.of();
    }

    @Override
    public void close() {
        // there is nothing to end
    }
}
