package io.leakguard.internal.track;

import io.leakguard.GuardStats;
import io.leakguard.HoldDurations;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Threads;
import io.leakguard.internal.stack.StackTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Everything that one guard tracks as open, and the counts of opened, closed and collected resources. Any thread. */
public final class Registry {

    public final Clock clock;
    public final Failures failures;
    final Findings findings;
    public final StackTable stacks;
    final Kinds kinds;
    final OpeningClock openingClock;

    private final Shard[] shards;
    private final int shardShift;
    private final PolledRecords polledRecords = new PolledRecords();
    /** Also the lock of their counts. */
    private final List<PolledResources<?>> polled = new CopyOnWriteArrayList<>();

    private volatile int holdReaders;
    /** The time of the last tick, by which a heap dump tells how long something had been open. */
    volatile long tickedNanos;

    public Registry(
            Clock clock,
            Failures failures,
            Findings findings,
            StackTable stacks,
            Kinds kinds,
            OpeningClock openingClock) {
        this.clock = clock;
        this.failures = failures;
        this.findings = findings;
        this.stacks = stacks;
        this.kinds = kinds;
        this.openingClock = openingClock;
        int count = shardCount(Runtime.getRuntime().availableProcessors());
        this.shardShift = Long.numberOfLeadingZeros(count - 1L);
        this.shards = new Shard[count];
        for (int i = 0; i < count; i++) {
            shards[i] = new Shard(this);
        }
    }

    /** A power of two from 4 to 256, if possible at least twice the number of processors. */
    public static int shardCount(int processors) {
        return Integer.highestOneBit(Math.max(4, Math.min(256, 2 * processors)) - 1) << 1;
    }

    /** Multiplying by the golden ratio spreads consecutive threads in the upper bits. */
    Shard shardOf(Thread thread) {
        return shards[(int) ((Threads.id(thread) * 0x9E3779B97F4A7C15L) >>> shardShift)];
    }

    public Shard[] shards() {
        return shards;
    }

    public PolledRecords polledRecords() {
        return polledRecords;
    }

    public List<PolledResources<?>> polled() {
        return polled;
    }

    /** Makes records for polled objects that are only in rings, so that they are where all others are. */
    public void settlePolled() {
        for (PolledResources<?> all : polled) {
            all.settle();
        }
    }

    /** Settles polled objects, and forgets the rings of ended threads. */
    public void tick() {
        tickedNanos = clock.nanos();
        for (PolledResources<?> all : polled) {
            all.tick();
        }
    }

    /** Walks the open trackers. */
    public void forEachOpen(Consumer<Tracker> action) {
        settlePolled();
        for (PolledRecord record : polledRecords.open()) {
            action.accept(record);
        }
        for (Shard shard : shards) {
            shard.forEach(tracker -> {
                if (tracker.isOpen()) {
                    action.accept(tracker);
                }
            });
        }
    }

    // ------------------------------------------------------------------------------------------------- counts

    /** The counts of each kind that was tracked. */
    public Map<ResourceKind, GuardStats.KindStats> stats() {
        long[] sums = new long[0];
        for (Shard shard : shards) {
            sums = shard.addCountsTo(sums);
        }
        PolledSums ofPolled = polledSums();
        Map<ResourceKind, GuardStats.KindStats> byKind = new HashMap<>();
        for (KindState kind : kinds.all()) {
            if (kind == null) {
                continue;
            }
            long opened = Shard.count(sums, kind.index, Shard.OPENED) + ofPolled.opened(kind.index);
            long closed = Shard.count(sums, kind.index, Shard.CLOSED) + ofPolled.closed(kind.index);
            long collected = Shard.count(sums, kind.index, Shard.COLLECTED) + ofPolled.collected(kind.index);
            long captured = Shard.count(sums, kind.index, Shard.CAPTURED) + kind.capturedPolled.get();
            byKind.put(
                    kind.kind,
                    new GuardStats.KindStats(
                            opened,
                            closed,
                            collected,
                            opened - closed - collected,
                            kind.leaked.get(),
                            captured,
                            kind.byCause()));
        }
        return byKind;
    }

    /** The number of open resources. */
    public long openCount() {
        return stats().values().stream().mapToLong(GuardStats.KindStats::open).sum();
    }

    private PolledSums polledSums() {
        synchronized (polled) {
            settlePolled(); // first, so that few objects are left to ask
            PolledSums sums = polledRecords.sums();
            for (PolledResources<?> all : polled) {
                all.addTo(sums);
            }
            return sums;
        }
    }

    // ------------------------------------------------------------------------------------------------- hold durations

    /** Whether anybody reads hold durations. */
    boolean countsHolds() {
        return holdReaders > 0;
    }

    public HoldDurations holdDurations() {
        synchronized (this) {
            holdReaders++;
        }
        return new HoldReader(this);
    }

    synchronized void holdReaderClosed() {
        holdReaders--;
    }

    /** By kind and bucket, since the guard began. */
    public long[][] heldSoFar() {
        long[][] sums = new long[0][];
        for (Shard shard : shards) {
            sums = shard.addHeldTo(sums);
        }
        return sums;
    }

    // ------------------------------------------------------------------------------------------------- the end

    /** Refuses new resources from now on. */
    public void shut() {
        for (Shard shard : shards) {
            shard.shut();
        }
        for (PolledResources<?> all : polled) {
            failures.runQuietly("polled objects that were opened a moment ago", all::close);
        }
        polledRecords.shut();
    }

    /**
     * Ends all open trackers. Their resources stay usable but are no longer watched. {@link #release} the result then.
     */
    public List<Tracker> end() {
        List<Tracker> ended = new ArrayList<>();
        for (Shard shard : shards) {
            shard.forEach(tracker -> {
                if (tracker.shutDown()) {
                    ended.add(tracker);
                }
            });
        }
        for (PolledRecord record : polledRecords.all()) {
            boolean open = record.isPolledOpen();
            if (record.shutDown()) {
                polledRecords.forget(record, open);
                if (open) {
                    ended.add(record);
                } else {
                    record.clearDetails();
                }
            }
        }
        return ended;
    }

    /** Releases the trackers that {@link #end} has ended. */
    public void release(List<Tracker> ended) {
        for (Tracker tracker : ended) {
            if (tracker.delegate instanceof ScopeImpl scope) {
                scope.abandon();
            }
            tracker.shard.forget(tracker);
            tracker.clearDetails();
        }
    }
}
