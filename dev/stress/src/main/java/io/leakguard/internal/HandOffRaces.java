package io.leakguard.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leakguard.LeakScope;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Handing a resource to another scope, against closing, collecting and the end of either scope. */
public final class HandOffRaces {
    private HandOffRaces() {}

    /** A resource is closed while it is handed off: nobody reports it, and no scope holds it. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "closed first")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "handed off first")
    @Outcome(expect = FORBIDDEN, desc = "a false report, or a scope that holds what is closed")
    @State
    public static class HandOffClose {
        private final LeakScope scope = Harness.shared().scope();
        private final LeakScope heir = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        @Actor
        public void adopt(III_Result r) {
            r.r1 = heir.adopt(thing.tracker) ? 1 : 0;
            thing.done();
        }

        @Actor
        public void close(III_Result r) {
            r.r2 = thing.close() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            scope.close();
            r.r3 = heir.openCount();
            heir.close();
            thing.done();
            r.r3 += thing.reports();
        }
    }

    /** A resource is collected while it is handed off: one report. */
    @JCStressTest
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "collected first")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "handed off first")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class HandOffCollect {
        private final LeakScope scope = Harness.shared().scope();
        private final LeakScope heir = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        @Actor
        public void adopt(III_Result r) {
            r.r1 = heir.adopt(thing.tracker) ? 1 : 0;
            thing.done();
        }

        @Actor
        public void collect() {
            thing.collect();
        }

        @Arbiter
        public void afterwards(III_Result r) {
            scope.close();
            r.r2 = heir.openCount();
            heir.close();
            thing.done();
            r.r3 = thing.reports();
        }
    }

    /** A resource's scope ends while it is handed off: in time, or reported once with a notice of its release. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "handed off in time")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "escaped first, then released late")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class HandOffScopeEnd {
        private final LeakScope scope = Harness.shared().scope();
        private final LeakScope heir = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        @Actor
        public void adopt(III_Result r) {
            r.r1 = heir.adopt(thing.tracker) ? 1 : 0;
            thing.done();
        }

        @Actor
        public void end() {
            scope.close();
            thing.done();
        }

        @Arbiter
        public void afterwards(III_Result r) {
            thing.close();
            heir.close();
            r.r2 = thing.reports();
            r.r3 = thing.released.get();
        }
    }

    /** The scope that gets the resource ends: the resource stays where it was, or the heir reports it once. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the heir had ended: its own scope reports it")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "the heir took it, ended and reported it")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class HandOffHeirEnd {
        private final LeakScope scope = Harness.shared().scope();
        private final LeakScope heir = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        @Actor
        public void adopt(III_Result r) {
            r.r1 = heir.adopt(thing.tracker) ? 1 : 0;
            thing.done();
        }

        @Actor
        public void end() {
            heir.close();
            thing.done();
        }

        @Arbiter
        public void afterwards(III_Result r) {
            scope.close();
            thing.done();
            r.r2 = thing.reports();
            r.r3 = 0;
            thing.close();
        }
    }

    /** Two scopes take a resource at once: it is in one of them, and reported once. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "in one scope, reported once")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class HandOffHandOff {
        private final LeakScope scope = Harness.shared().scope();
        private final LeakScope heir = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        private final LeakScope other = Harness.shared().scope();

        @Actor
        public void adopt(III_Result r) {
            r.r1 = heir.adopt(thing.tracker) ? 1 : 0;
            thing.done();
        }

        @Actor
        public void adoptToo(III_Result r) {
            r.r2 = other.adopt(thing.tracker) ? 1 : 0;
            thing.done();
        }

        @Arbiter
        public void afterwards(III_Result r) {
            int held = heir.openCount() + other.openCount() + scope.openCount();
            scope.close();
            heir.close();
            other.close();
            thing.done();
            r.r3 = held == 1 ? thing.reports() : -held;
            thing.close();
        }
    }
}
