package io.leakguard.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leakguard.internal.track.Tracker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Closing against collecting, closing, touching, and closing a parent. */
public final class CloseRaces {
    private CloseRaces() {}

    /** A handle is collected while its last user closes it: one of the two wins. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "closed, not reported")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "collected first, reported once")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class CloseCollect {
        private final Harness.Thing thing = Harness.shared().open();

        @Actor
        public void close(II_Result r) {
            r.r1 = thing.close() ? 1 : 0;
        }

        @Actor
        public void collect() {
            thing.collect();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            r.r2 = thing.reports();
        }
    }

    /** A collected handle is one leak, for any number of times that it comes out of the queue. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "reported once")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class CollectTwice {
        private final Harness.Thing thing = Harness.shared().open();

        @Actor
        public void collect() {
            thing.collect();
        }

        @Actor
        public void again() {
            thing.collect();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = thing.reports();
        }
    }

    /** Two threads close: one of them learns that it closed. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the first closed it")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the second closed it")
    @Outcome(expect = FORBIDDEN, desc = "two closes or none, or a false report")
    @State
    public static class CloseClose {
        private final Harness.Thing thing = Harness.shared().open();

        @Actor
        public void close(III_Result r) {
            r.r1 = thing.close() ? 1 : 0;
        }

        @Actor
        public void closeToo(III_Result r) {
            r.r2 = thing.close() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r3 = thing.reports();
        }
    }

    /** Two threads close a resource that is collected at the same time. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the first closed it")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the second closed it")
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "collected first")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class CloseCloseCollect {
        private final Harness.Thing thing = Harness.shared().open();

        @Actor
        public void close(III_Result r) {
            r.r1 = thing.close() ? 1 : 0;
        }

        @Actor
        public void closeToo(III_Result r) {
            r.r2 = thing.close() ? 1 : 0;
        }

        @Actor
        public void collect() {
            thing.collect();
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r3 = thing.reports();
        }
    }

    /** A touch meets the close: the tracker keeps no touch afterwards, and nothing is reported. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "closed, and no touch is kept")
    @Outcome(expect = FORBIDDEN, desc = "a touch is kept by a closed tracker, or a false report")
    @State
    public static class TouchClose {
        private final Harness.Thing thing = Harness.shared().open();

        @Actor
        public void touch() {
            thing.tracker.touch("here");
        }

        @Actor
        public void close(III_Result r) {
            r.r1 = thing.close() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r2 = ((Tracker) thing.tracker).touches().size();
            r.r3 = thing.reports();
        }
    }

    /** A touch meets the collection, from a thread that had no handle: one report. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "reported once")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class TouchCollect {
        private final Harness.Thing thing = Harness.shared().open();

        @Actor
        public void touch() {
            thing.tracker.touch("here");
        }

        @Actor
        public void collect() {
            thing.collect();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = thing.reports();
        }
    }

    /** A connection's close ends its statement, even if that was collected a moment before. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "neither is reported")
    @Outcome(expect = FORBIDDEN, desc = "a false report of what its parent ended")
    @State
    public static class ParentCloseChildCollect {
        private final Harness.Thing thing = Harness.shared().open();

        private final Harness.Thing child = Harness.shared().open(thing);

        @Actor
        public void close(II_Result r) {
            r.r1 = thing.close() ? 1 : 0;
        }

        @Actor
        public void collectChild() {
            child.collect();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            // A child that was collected much earlier is a separate leak: the engine waits 30 ms for the parent.
            r.r2 = thing.reports() + (thing.happenedSoonAfter(child) ? child.reports() : child.reports() / 2);
        }
    }

    /** A connection and its statement that are collected together are one leak, reported at the connection. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "one report, at the root")
    @Outcome(expect = FORBIDDEN, desc = "two reports of one leaked graph, or a lost leak")
    @State
    public static class ParentCollectChildCollect {
        private final Harness.Thing thing = Harness.shared().open();

        private final Harness.Thing child = Harness.shared().open(thing);

        @Actor
        public void collect() {
            thing.collect();
        }

        @Actor
        public void collectChild() {
            child.collect();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            r.r1 = thing.reports();
            // Collected much earlier it is a separate leak: the engine waits 30 ms for the parent.
            r.r2 = thing.happenedSoonAfter(child) ? child.reports() : child.reports() / 2;
        }
    }

    /** A statement is closed while its connection is collected: the connection is the leak. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "closed, and the root is reported once")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class ParentCollectChildClose {
        private final Harness.Thing thing = Harness.shared().open();

        private final Harness.Thing child = Harness.shared().open(thing);

        @Actor
        public void collect() {
            thing.collect();
        }

        @Actor
        public void closeChild(III_Result r) {
            r.r1 = child.close() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r2 = thing.reports();
            r.r3 = child.reports();
        }
    }
}
