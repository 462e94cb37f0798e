package io.leakguard.internal;

import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.config.Config;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.results.II_Result;

/** An engine that knows the number of reports of each resource, and can make a resource look collected. */
final class Harness implements LeakListener {

    static final ResourceKind KIND = ResourceKind.of("stress.thing");
    static final ScopeOptions NO_GRACE = ScopeOptions.create().grace(Duration.ZERO);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** For tests with very many states: one engine for all of them, since each engine has threads. */
    private static final class Shared {
        static final Harness INSTANCE = new Harness();
    }

    final RunningEngine engine;
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
        // More than a user may set: here each report must come out.
        config.set(Setting.REPORTS_PER_MINUTE, Integer.MAX_VALUE);
        this.engine = new RunningEngine(config.snapshot());
    }

    /** An engine for one state. */
    static Harness ofItsOwn() {
        return new Harness();
    }

    static Harness shared() {
        return Shared.INSTANCE;
    }

    /** One resource, and the number of its reports. */
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

        /** The work of the guard's thread for a collected handle. */
        void collect() {
            if (tracker instanceof Tracker t) {
                t.collected();
            }
            done();
        }

        boolean happenedSoonAfter(Thing other) {
            return touchedAt - other.touchedAt < TimeUnit.MILLISECONDS.toNanos(20);
        }

        /** Notes an event now, for which {@link #reports()} must wait. */
        void done() {
            touchedAt = System.nanoTime();
        }

        /** The number of its leak reports. Waits until no more can come. */
        int reports() {
            harness.settle(touchedAt);
            harness.things.remove(name);
            return reports.get();
        }
    }

    /** A pool's polled objects: one whose state the test sets, and one that is always closed. */
    static final class Pool implements Poller<Object> {
        final Polled<Object> polled;
        final Object object = new Object();
        private final Object closed = new Object();
        private final RunningEngine engine;
        private volatile boolean out;

        Pool(RunningEngine engine) {
            this.engine = engine;
            this.polled = engine.polled(KIND, this);
        }

        /** False if the guard or the {@code Polled} is closed. */
        boolean open() {
            out = true;
            return opened(object);
        }

        boolean openAndClose() {
            return opened(closed);
        }

        private boolean opened(Object opened) {
            for (int i = 0; i < 1_000_000; i++) { // until the openings that need a tracker are used up
                if (polled.opened(opened)) {
                    return true;
                }
                if (engine.isClosed()) {
                    return false;
                }
            }
            return false;
        }

        Pool giveBack() {
            out = false;
            return this;
        }

        /** The object is open, and has a record. */
        Pool withRecord() {
            if (!open()) {
                throw new IllegalStateException("each needs a tracker");
            }
            polled.settle();
            return this;
        }

        LeakTracker record() {
            return Objects.requireNonNull(polled.find(object));
        }

        void trackedElsewhere() {
            polled.trackedElsewhere(object);
        }

        @Override
        public boolean isOpen(Object opened) {
            return opened == object && out;
        }

        @Override
        public ResourceProbe probe(Object opened) {
            return new ResourceProbe() {
                @Override
                public boolean isOpen() {
                    return out;
                }

                @Override
                public String describe() {
                    return "polled";
                }
            };
        }
    }

    /** The number of openings, and the number that is open. */
    void countAndClose(II_Result r) {
        r.r1 = (int) engine.stats().opened();
        r.r2 = (int) engine.stats().open();
        engine.close();
    }

    Pool pool() {
        return new Pool(engine);
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

    /**
     * Waits until all leaks that were detected before {@code since} have been reported. One wait serves all states of a
     * stride.
     */
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
