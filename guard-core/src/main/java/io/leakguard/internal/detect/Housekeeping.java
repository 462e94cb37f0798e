package io.leakguard.internal.detect;

import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.Shard;
import io.leakguard.internal.track.Tracker;

/** The work on the loop's thread at each tick: waiting reports, old stacks, overdue resources, growth. */
public final class Housekeeping implements FindingLoop.Ticks {

    /** The share of one core for compacting stacks while there are many: 1/20. */
    private static final int COMPACT_SHARE = 20;

    private static final int BATCH = 64;

    private final ReportPacer pacer;
    private final Registry registry;
    private final OverdueSweep overdue;
    private final Growth growth;
    private final LeakClassifier classifier;
    private final IdleCollection idle;
    /** Restarts killed threads. */
    private final Runnable revive;

    public Housekeeping(
            ReportPacer pacer,
            Registry registry,
            OverdueSweep overdue,
            Growth growth,
            LeakClassifier classifier,
            Settings settings,
            Runnable revive) {
        this.pacer = pacer;
        this.registry = registry;
        this.overdue = overdue;
        this.growth = growth;
        this.classifier = classifier;
        this.idle = new IdleCollection(settings.get(Setting.GC_AFTER_IDLE).toNanos(), registry::openCount, System::gc);
        this.revive = revive;
    }

    @Override
    public void tick(long now, long tickNanos) {
        pacer.tick(now);
        compact(now, tickNanos / COMPACT_SHARE);
        revive.run();
        overdue.sweep(now, registry, classifier);
        registry.tick();
        growth.sample(now, registry.polledRecords(), classifier);
        idle.tick(now);
    }

    /**
     * Turns the stacks of resources that have been open for a while into shared elements, which need a fraction of the
     * memory.
     */
    private void compact(long now, long budgetNanos) {
        Tracker[] batch = new Tracker[BATCH];
        long start = System.nanoTime();
        for (Shard shard : registry.shards()) {
            int n;
            do {
                n = shard.nextAged(batch, now - growth.ageNanos());
                for (int i = 0; i < n; i++) {
                    Tracker t = batch[i];
                    if (!t.isSetApart(t.explained())) {
                        growth.count(t);
                    }
                }
            } while (n == batch.length && System.nanoTime() - start < budgetNanos);
        }
    }
}
