package io.leakguard.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leakguard.LeakListener;
import io.leakguard.internal.track.PooledRecord;
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

    /** What is opened while the guard is closed is told as open at shutdown, or not tracked; nothing stays tracked. */
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

    /** What is closed while the guard is closed was told as open, or not; its close says that it did. */
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

    /** What is collected while the guard is closed is told once: as a leak, or as open at shutdown, or it is counted as dropped. */
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

    /** A listener is removed while a leak is reported: it hears of it or not, the others do, and nothing counts as dropped. */
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

    /** The registry is walked while others open and close: what is open all the time is seen once, and the counts add up. */
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

    /** An object of a pool is handed out while the guard is closed: it is told as open, or not, and counted as told. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "the guard was closed first, and saw it in its pool")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the guard was closed first, and saw it out of its pool")
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the guard saw it in its pool, just before")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "handed out, and told at shutdown")
    @Outcome(expect = FORBIDDEN, desc = "told and not counted, or counted and not told")
    @State
    public static class GuardClosePooled {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pooled pooled = own.pooled().giveBack();

        @Actor
        public void closeGuard() {
            own.engine.close();
        }

        @Actor
        public void handOut(III_Result r) {
            r.r1 = pooled.handOut() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r2 = own.atShutdown.get();
            r.r3 = (int) own.engine.stats().open();
        }
    }

    /** An object of a pool is handed out while something else says that it is back: counted as handed out, and out or not. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "said to be back after it was handed out")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "said to be back before it was handed out")
    @Outcome(expect = FORBIDDEN, desc = "miscounted")
    @State
    public static class PooledHandOutClose {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pooled pooled = own.pooled().giveBack();

        @Actor
        public void handOut() {
            pooled.handOut();
        }

        @Actor
        public void close() {
            pooled.tracker.close();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }

    /** An object of a pool that was collected while it was out, is told once, also while the guard is closed. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "told once")
    @Outcome(expect = FORBIDDEN, desc = "told twice, or lost")
    @State
    public static class GuardCloseCollectPooled {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pooled pooled = own.pooled();

        @Actor
        public void closeGuard() {
            own.engine.close();
        }

        @Actor
        public void collect() {
            ((PooledRecord) pooled.tracker).collected();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = own.atShutdown.get()
                    + own.otherReports.get()
                    + (int) own.engine.stats().dropped();
        }
    }

    /** What is opened while somebody looks at what was opened a moment ago is counted, and as open if it is. */
    @JCStressTest
    @Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "all opened, one is open")
    @Outcome(expect = FORBIDDEN, desc = "miscounted")
    @State
    public static class RecentOpenSettle {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Recent recent = own.recent();

        @Actor
        public void open() {
            recent.openAndClose();
            recent.open();
            recent.openAndClose();
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

    /** Something else tracks an object while somebody looks at what was opened a moment ago: it is not open here. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "opened, and tracked elsewhere")
    @Outcome(expect = FORBIDDEN, desc = "tracked twice, or miscounted")
    @State
    public static class RecentOtherwiseSettle {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Recent recent = own.recent();

        public RecentOtherwiseSettle() {
            recent.open();
        }

        @Actor
        public void otherwise() {
            recent.otherwise();
        }

        @Actor
        public void look() {
            recent.all.settle();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }

    /** What is opened while its owner ends is counted or not, but never as open for ever. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "whatever was counted is closed")
    @Outcome(expect = FORBIDDEN, desc = "open for ever")
    @State
    public static class RecentOpenEnd {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Recent recent = own.recent();

        @Actor
        public void open() {
            recent.openAndClose();
        }

        @Actor
        public void end() {
            recent.all.close();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = (int) own.engine.stats().open();
            own.engine.close();
        }
    }

    /** An object of a pool is handed out while it is told late that it was before: the later time is the one that counts. */
    @JCStressTest
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the late one was no news")
    @Outcome(expect = FORBIDDEN, desc = "miscounted")
    @State
    public static class PooledHandOutLate {
        private final Harness own = Harness.ofItsOwn();
        private final Harness.Pooled pooled = own.pooled().giveBack();

        @Actor
        public void handOut() {
            pooled.handOut();
        }

        @Actor
        public void late() {
            pooled.tellLate();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            own.countAndClose(r);
        }
    }
}
