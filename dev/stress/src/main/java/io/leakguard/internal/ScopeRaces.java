package io.leakguard.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leakguard.LeakScope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The end of a scope against closing, collecting and opening. */
public final class ScopeRaces {
    private ScopeRaces() {}

    /** The scope ends while its resource is closed: if it was reported, then once, and with a notice of its release. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "closed in time")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "escaped, then released late")
    @Outcome(
            expect = FORBIDDEN,
            desc = "a false report, a double report or a lost leak, or a release that was not told")
    @State
    public static class ScopeEndClose {
        private final LeakScope scope = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        @Actor
        public void end() {
            scope.close();
            thing.done();
        }

        @Actor
        public void close(III_Result r) {
            r.r1 = thing.close() ? 1 : 0;
        }

        @Arbiter
        public void afterwards(III_Result r) {
            r.r2 = thing.reports();
            r.r3 = thing.released.get();
        }
    }

    /** The scope ends while its resource is collected: one leak, by one of the two causes. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "reported once")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class ScopeEndCollect {
        private final LeakScope scope = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        @Actor
        public void end() {
            scope.close();
            thing.done();
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

    /** A scope that is ended twice at once reports its open resources once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "reported once")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class ScopeEndEnd {
        private final LeakScope scope = Harness.shared().scope();
        private final Harness.Thing thing = Harness.shared().openIn(scope);

        @Actor
        public void end() {
            scope.close();
            thing.done();
        }

        @Actor
        public void endToo() {
            scope.close();
            thing.done();
        }

        @Arbiter
        public void afterwards(I_Result r) {
            r.r1 = thing.reports();
            thing.close();
        }
    }

    /** A resource is opened while the scope ends: it belongs to it and is reported, or to none. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "opened after the end")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "opened in it, and escaped")
    @Outcome(expect = FORBIDDEN, desc = "a false report, a double report or a lost leak")
    @State
    public static class ScopeEndOpen {
        private final LeakScope scope = Harness.shared().scope();
        private Harness.@Nullable Thing thing;

        @Actor
        public void end() {
            scope.close();
        }

        @Actor
        public void open() {
            thing = Harness.shared().openIn(scope);
        }

        @Arbiter
        public void afterwards(II_Result r) {
            Harness.Thing opened = Objects.requireNonNull(thing);
            opened.done();
            r.r1 = opened.tracker.scopes().isEmpty() ? 0 : 1;
            r.r2 = opened.reports();
            opened.close();
        }
    }
}
