package io.leakguard.internal;

import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.PooledTracker;
import io.leakguard.RecentResources;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.track.OpenEvent;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.results.II_Result;

/** An engine that tells of each resource how often it was reported, and how it is made to look collected. */
final class Harness implements LeakListener {

    static final ResourceKind KIND = ResourceKind.of("stress.thing");
    static final ScopeOptions NO_GRACE = ScopeOptions.create().grace(Duration.ZERO);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** For the tests that make very many states: one engine for all of them, since each has threads. */
    private static final class Shared {
        static final Harness INSTANCE = new Harness();
    }

    final Engine engine;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<String, Thing> things = new ConcurrentHashMap<>();
    final AtomicInteger atShutdown = new AtomicInteger();
    final AtomicInteger otherReports = new AtomicInteger();
    private volatile long settledAt = System.nanoTime();

    Harness() {
        Config config = Config.defaults();
        Map.of(
                        "name", "stress",
                        "log", "false",
                        "capture", "none",
                        "escalation", "0",
                        "growth.interval", "0",
                        "report.interval", "0",
                        "queue.capacity", "1000000")
                .forEach((key, value) -> config.set(key, value, "stress"));
        config.listener(this);
        // More than a user may ask for: here each report must come out.
        config.set(Setting.REPORTS_PER_MINUTE, Integer.MAX_VALUE);
        this.engine = new Engine(config.snapshot());
    }

    /** An engine for one state. */
    static Harness ofItsOwn() {
        return new Harness();
    }

    static Harness shared() {
        return Shared.INSTANCE;
    }

    /** One resource, and what came of it. */
    static final class Thing {
        final Harness harness;
        final Object handle = new Object(); // held: it is collected only when a test says so
        final LeakTracker tracker;
        private final String name;
        final AtomicInteger reports = new AtomicInteger();
        final AtomicInteger released = new AtomicInteger();
        private volatile long touchedAt = System.nanoTime();

        Thing(Harness harness, @Nullable Thing parent) {
            this.harness = harness;
            this.name = "t" + harness.numbers.incrementAndGet();
            harness.things.put(name, this);
            this.tracker = harness.engine.track(handle, KIND, name, parent == null ? null : parent.tracker, null);
        }

        boolean close() {
            boolean closed = tracker.close();
            done();
            return closed;
        }

        /** What the guard's thread does with a handle that was collected. */
        void collect() {
            if (tracker instanceof Tracker t) {
                t.collected();
            }
            done();
        }

        boolean happenedSoonAfter(Thing other) {
            return touchedAt - other.touchedAt < TimeUnit.MILLISECONDS.toNanos(20);
        }

        /** Something happened to it just now, which {@link #reports()} must wait for. */
        void done() {
            touchedAt = System.nanoTime();
        }

        /** How often it was reported as a leak. Waits until nothing more can come. */
        int reports() {
            harness.settle(touchedAt);
            harness.things.remove(name);
            return reports.get();
        }
    }

    /** An object of a pool, whose return the guard has to ask for. */
    static final class Pooled implements ResourceProbe {
        final PooledTracker tracker;
        private final Object handle = new Object();
        private volatile boolean out = true;

        Pooled(Engine engine) {
            PooledTracker t = null;
            while (t == null) { // until those are used up of which all is recorded
                t = engine.trackPooled(handle, KIND, "pooled", this);
            }
            tracker = t;
        }

        Pooled giveBack() {
            out = false;
            return this;
        }

        /** That it was handed out is told after a later time was. */
        void tellLate() {
            Registry registry = ((Tracker) tracker).shard.registry;
            tracker.handedOut(
                    handle, new OpenEvent(registry.clock.nanos() - 1_000_000_000, Thread.currentThread(), null, null));
        }

        /** False if the guard is closed. */
        boolean handOut() {
            out = true;
            while (!tracker.handedOut(handle)) {
                if (tracker.isGone()) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean isOpen() {
            return out;
        }

        @Override
        public void close() {}
    }

    /** What was opened a moment ago, of one object. */
    static final class Recent implements RecentResources.Owner, ResourceProbe {
        private final Engine engine;
        final RecentResources all;
        final RecentResources.OfThread here;
        final Object handle = new Object();
        private final Object closed = new Object();
        private volatile @Nullable PooledTracker tracker;

        Recent(Engine engine) {
            this.engine = engine;
            this.all = engine.trackRecent(KIND, this);
            this.here = all.ofThisThread(() -> {});
        }

        void open() {
            open(handle);
        }

        void openAndClose() {
            open(closed);
        }

        private void open(Object opened) {
            while (!here.opened(opened)) { // until those are used up of which all is recorded
                Thread.onSpinWait();
            }
        }

        /** Something else tracks it now. */
        void otherwise() {
            all.otherwise(handle);
            PooledTracker t = tracker;
            if (t != null) {
                t.close();
            }
        }

        @Override
        public boolean isOpen(Object opened) {
            return opened == handle;
        }

        @Override
        public boolean keep(Object opened, RecentResources.Opening opening) {
            PooledTracker t = tracker;
            if (t != null) {
                return t.handedOut(opened, opening);
            }
            t = engine.trackPooled(opened, KIND, "recent", this, opening);
            tracker = t;
            return t != null;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** How many were opened, and how many of those are open. */
    void countAndClose(II_Result r) {
        r.r1 = (int) engine.stats().opened();
        r.r2 = (int) engine.stats().open();
        engine.close();
    }

    Recent recent() {
        return new Recent(engine);
    }

    Pooled pooled() {
        return new Pooled(engine);
    }

    Thing open() {
        return new Thing(this, null);
    }

    Thing open(Thing parent) {
        return new Thing(this, parent);
    }

    LeakScope scope() {
        return engine.openDetachedScope("unit of work", null, NO_GRACE);
    }

    Thing openIn(LeakScope scope) {
        try (LeakListener.Registration binding = scope.bind()) {
            return open();
        }
    }

    /** Waits until all that was detected before {@code since} has been told; one wait serves all states of a stride. */
    void settle(long since) {
        if (since - settledAt < 0) {
            return;
        }
        synchronized (this) {
            if (since - settledAt < 0) {
                return;
            }
            long now = System.nanoTime();
            if (!engine.flush(PATIENCE)) {
                throw new IllegalStateException("the engine did not become quiet in " + PATIENCE);
            }
            if (engine.stats().dropped() > 0) {
                throw new IllegalStateException("reports were dropped: make the strides smaller");
            }
            settledAt = now;
        }
    }

    @Override
    public void onLeak(LeakReport report) {
        Thing thing = things.get(report.description());
        if (thing != null) {
            thing.reports.incrementAndGet();
        } else {
            otherReports.incrementAndGet();
        }
    }

    @Override
    public void onLateRelease(LeakReport report, Duration openFor) {
        Thing thing = things.get(report.description());
        if (thing != null) {
            thing.released.incrementAndGet();
        }
    }

    @Override
    public void onOpenAtShutdown(OpenResources open) {
        atShutdown.addAndGet((int) open.total());
    }
}
