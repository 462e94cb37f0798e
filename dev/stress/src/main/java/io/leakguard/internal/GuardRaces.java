package io.leakguard.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leakguard.LeakListener;
import io.leakguard.LeakTracker;
import io.leakguard.internal.track.PolledRecord;
import io.leakguard.internal.track.Tracker;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The end of the guard and the removal of a listener. Each state has an engine: run these with small strides. */
public final class GuardRaces {
    private GuardRaces() {}

    /**
     * A resource is opened while the guard is closed: reported as open at shutdown, or not tracked. Nothing stays
     * tracked.
     */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "not tracked")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "tracked, and told at shutdown")
    @Outcome(expect = FORBIDDEN, desc = "open and not told, or tracked by a closed guard")
    @State
    public static class GuardCloseTrack {
        private final Harness own = Harness.ofItsOwn();
        private Harness.@Nullable Thing thing;

        @Actor
        public void closeGuard() {
            own.engine.close();
        }

        @Actor
        public void open() {
            thing = own.open();
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r1 = Objects.requireNonNull(thing).tracker instanceof Tracker ? 1 : 0;
            r.r2 = own.atShutdown.get();
            r.r3 = Objects.requireNonNull(thing).tracker.isOpen() ? 1 : 0;
        }
    }

    /** A resource is closed while the guard is closed: reported as open, or not. Its close returns whether it did. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "closed before")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "open at shutdown")
    @Outcome(expect = FORBIDDEN, desc = "a false report")
    @State
    public static class GuardCloseClose {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Thing thing = own.open();

        @Actor
        public void closeGuard() {
            own.engine.close();
        }

        @Actor
        public void close(III_Result r) {
            r.r1 = thing.close() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r2 = own.atShutdown.get();
            r.r3 = thing.reports.get();
        }
    }

    /**
     * A handle is collected while the guard is closed: reported once, as a leak or as open at shutdown, or counted as
     * dropped.
     */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "told once")
    @Outcome(expect = FORBIDDEN, desc = "told twice, or lost")
    @State
    public static class GuardCloseCollect {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Thing thing = own.open();

        @Actor
        public void closeGuard() {
            own.engine.close();
        }

        @Actor
        public void collect() {
            thing.collect();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = own.atShutdown.get()
                    + thing.reports.get()
                    + (int) own.engine.stats().dropped();
        }
    }

    /**
     * A listener is removed while a leak is reported: it gets the report or not, the others do, and nothing counts as
     * dropped.
     */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "removed first")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "it heard of it")
    @Outcome(expect = FORBIDDEN, desc = "heard twice, lost for the others, or counted as dropped")
    @State
    public static class ListenerRemovalReport {
        private final Harness own = Harness.ofItsOwn();
        private final AtomicInteger heard = new AtomicInteger();
        private final LeakListener.Registration registration =
                own.engine.addListener(report -> heard.incrementAndGet());
        private final Harness.Thing thing = own.open();

        @Actor
        public void remove() {
            registration.close();
        }

        @Actor
        public void collect() {
            thing.collect();
        }

        @Arbiter
        public void afterwards(III_Result r) {
            own.engine.close();
            r.r1 = heard.get();
            r.r2 = thing.reports.get();
            r.r3 = (int) own.engine.stats().dropped();
        }
    }

    /**
     * The registry is walked while others open and close: a resource that is open throughout is seen once, and counts
     * add up.
     */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "seen once; what is open is what is left")
    @Outcome(expect = FORBIDDEN, desc = "missed, seen twice, or miscounted")
    @State
    public static class RegistryWalk {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Thing constant = own.open();
        private final Harness.Thing closing = own.open();

        @Actor
        public void walk(II_Result r) {
            int[] seen = new int[1];
            own.engine.registry().forEachOpen(t -> seen[0] += t == constant.tracker ? 1 : 0);
            r.r1 = seen[0];
        }

        @Actor
        public void close() {
            closing.close();
        }

        @Actor
        public void open() {
            own.open().close();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            r.r2 = (int) own.engine.stats().open();
            constant.close();
            own.engine.close();
        }
    }

    /** A polled object is opened while the guard is closed: reported as open, or not, and counted accordingly. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "the guard was closed first, and saw it closed")
    @Outcome(
            id = "0, 1, 1",
            expect = ACCEPTABLE,
            desc = "the guard was closed first, and saw its record when it was open")
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the guard had just looked for the last time")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "opened, and told at shutdown")
    @Outcome(expect = FORBIDDEN, desc = "told and not counted, or counted and not told")
    @State
    public static class GuardClosePolled {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool().withRecord().giveBack();

        @Actor
        public void closeGuard() {
            own.engine.close();
        }

        @Actor
        public void open(III_Result r) {
            r.r1 = pool.open() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r2 = own.atShutdown.get();
            r.r3 = (int) own.engine.stats().open();
        }
    }

    /** A polled object is opened while its record is closed: counted as opened twice, and open or not. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "closed after it was opened")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "closed before it was opened")
    @Outcome(expect = FORBIDDEN, desc = "miscounted")
    @State
    public static class PolledOpenClose {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool().withRecord().giveBack();
        private final LeakTracker record = pool.record();

        @Actor
        public void open() {
            pool.open();
            pool.polled.settle();
        }

        @Actor
        public void close() {
            record.close();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }

    /** A polled object is collected open while the guard is closed: reported once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "told once")
    @Outcome(expect = FORBIDDEN, desc = "told twice, or lost")
    @State
    public static class GuardCloseCollectPolled {
        private final Harness own = Harness.ofItsOwn();
        private final LeakTracker record = own.pool().withRecord().record();

        @Actor
        public void closeGuard() {
            own.engine.close();
        }

        @Actor
        public void collect() {
            ((PolledRecord) record).collected();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = own.atShutdown.get()
                    + own.otherReports.get()
                    + (int) own.engine.stats().dropped();
        }
    }

    /** A polled object is collected open while its {@code Polled} is closed: reported once. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "told once, and not open")
    @Outcome(expect = FORBIDDEN, desc = "told twice, lost, or miscounted")
    @State
    public static class PolledCloseCollect {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool().withRecord();
        private final LeakTracker record = pool.record();

        @Actor
        public void closePolled() {
            pool.polled.close();
        }

        @Actor
        public void collect() {
            ((PolledRecord) record).collected();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            r.r2 = (int) own.engine.stats().open();
            own.engine.close();
            r.r1 = own.otherReports.get();
        }
    }

    /** A polled object is tracked elsewhere while its {@code Polled} is closed: it is not open there for ever. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "opened once here, and not open here")
    @Outcome(expect = FORBIDDEN, desc = "open for ever")
    @State
    public static class PolledCloseTrackedElsewhere {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool().withRecord();

        @Actor
        public void closePolled() {
            pool.polled.close();
        }

        @Actor
        public void trackedElsewhere() {
            pool.trackedElsewhere();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }

    /** Objects are opened while another thread looks at recent openings: all are counted, and open ones as open. */
    @JCStressTest
    @Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "all opened, one is open")
    @Outcome(expect = FORBIDDEN, desc = "miscounted")
    @State
    public static class PolledOpenSettle {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool();

        @Actor
        public void open() {
            pool.openAndClose();
            pool.open();
            pool.openAndClose();
        }

        @Actor
        public void look() {
            own.engine.stats();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }

    /** An object is tracked elsewhere while another thread looks at recent openings: it is not open here. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "opened, and tracked elsewhere")
    @Outcome(expect = FORBIDDEN, desc = "tracked twice, or miscounted")
    @State
    public static class PolledElsewhereSettle {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool();

        public PolledElsewhereSettle() {
            pool.open();
        }

        @Actor
        public void trackedElsewhere() {
            pool.trackedElsewhere();
        }

        @Actor
        public void look() {
            pool.polled.settle();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }

    /** An object is opened while its {@code Polled} is closed: counted or not, but never as open for ever. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "whatever was counted is closed")
    @Outcome(expect = FORBIDDEN, desc = "open for ever")
    @State
    public static class PolledOpenEnd {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool();

        public PolledOpenEnd() {
            pool.openAndClose();
        }

        @Actor
        public void open() {
            pool.polled.opened(new Object());
        }

        @Actor
        public void end() {
            pool.polled.close();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = (int) own.engine.stats().open();
            own.engine.close();
        }
    }

    /**
     * Two threads open the same pooled object, each in its own ring, and are then looked at: all are counted, one is
     * open.
     */
    @JCStressTest
    @Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "opened three times, open once")
    @Outcome(expect = FORBIDDEN, desc = "miscounted, or two records of one object")
    @State
    public static class PolledOpenOpen {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pool pool = own.pool();

        public PolledOpenOpen() {
            pool.openAndClose(); // uses up the openings that need a tracker
        }

        @Actor
        public void first() {
            pool.open();
            pool.polled.settle();
        }

        @Actor
        public void second() {
            pool.open();
            pool.polled.settle();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }
}
