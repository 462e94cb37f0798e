package io.leakguard.internal.track;

import io.leakguard.HoldDurations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One reader of the durations. The shards' counts only grow; each reader remembers how much it has seen. */
final class HoldReader implements HoldDurations {

    private final Registry registry;
    private long[][] seen;
    private boolean closed;

    HoldReader(Registry registry) {
        this.registry = registry;
        this.seen = registry.heldSoFar();
    }

    @Override
    public synchronized List<Held> drain() {
        if (closed) {
            return List.of();
        }
        long[][] now = registry.heldSoFar();
        List<Held> result = new ArrayList<>();
        for (int kind = 0; kind < now.length; kind++) {
            long[] before = kind < seen.length ? seen[kind] : new long[0];
            List<Bucket> buckets = new ArrayList<>();
            for (int i = 0; i < now[kind].length; i++) {
                long n = now[kind][i] - (i < before.length ? before[i] : 0);
                if (n > 0) {
                    buckets.add(new Bucket(HoldBuckets.from(i), HoldBuckets.to(i), n));
                }
            }
            @Nullable KindState state = registry.kinds.get(kind);
            if (!buckets.isEmpty() && state != null) {
                result.add(new Held(state.kind, buckets));
            }
        }
        seen = now;
        return result;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            seen = new long[0][];
            registry.holdReaderClosed();
        }
    }
}
