package io.leakguard.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.leakguard.ResourceKind;
import io.leakguard.internal.track.Observed;
import io.leakguard.internal.track.ObservedTable;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What hooks tell of one handle, or of one descriptor's number, on several threads. */
public final class ObservedRaces {

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private ObservedRaces() {}

    /** The application's: each is a resource that somebody must close. */
    private static final class Everybodys implements ObservedTable.Owners {
        @Override
        public boolean isNobodys(ResourceKind kind, List<StackTraceElement> frames) {
            return false;
        }

        @Override
        public boolean endsByCollection(ResourceKind kind) {
            return false;
        }

        @Override
        public void leaked(ResourceKind kind, String description, String siteText, int[] descriptors) {}

        @Override
        public void setApart(ResourceKind kind, int descriptor) {}

        @Override
        public boolean isReclaimSeen(ResourceKind kind) {
            return false;
        }
    }

    private static final class Shared {
        static final ObservedTable TABLE = Harness.shared().engine.observe(new Everybodys());
    }

    /** A state of its own: a handle, and a number that no other state has. */
    abstract static class Hooked {
        final ObservedTable table = Shared.TABLE;
        final Object handle = new Object();
        final Integer number = NUMBERS.incrementAndGet();

        Hooked() {
            open(handle);
        }

        final void open(Object other) {
            table.opened(other, Harness.KIND, null, number);
        }

        /** How many open records have this number. */
        final int holders() {
            int[] count = new int[1];
            Harness.shared().engine.registry().forEachOpen(tracker -> {
                if (tracker instanceof Observed observed
                        && observed.descriptors().length == 1
                        && observed.descriptors()[0] == number) {
                    count[0]++;
                }
            });
            return count[0];
        }
    }

    /** A number is used again as soon as it is given back: the record of the first is gone by then. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both were closed, each once")
    @Outcome(expect = FORBIDDEN, desc = "the close of one was taken for that of the other, or was lost")
    @State
    public static class ObservedReuse extends Hooked {
        private final Object next = new Object();

        @Actor
        public void closeAndOpen(II_Result r) {
            r.r1 = table.closed(handle) ? 1 : 0; // before the number is given back
            open(next);
        }

        @Actor
        public void describe() {
            table.descriptor(handle, number); // it comes late
        }

        @Arbiter
        public void afterwards(II_Result r) {
            r.r2 = table.closed(next) && !table.closed(handle) ? 1 : 0;
        }
    }

    /** The table of descriptors is asked for while a number changes hands. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in between")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one of them")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the first, and later the second, which is younger")
    @Outcome(expect = FORBIDDEN, desc = "two holders at the end, or none")
    @State
    public static class ObservedReuseWalk extends Hooked {
        private final Object next = new Object();

        @Actor
        public void closeAndOpen() {
            table.closed(handle);
            open(next);
        }

        @Actor
        public void walk(II_Result r) {
            r.r1 = holders();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            r.r2 = holders();
            table.closed(next);
        }
    }

    /** Two threads close one handle. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first closed it")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the second closed it")
    @Outcome(expect = FORBIDDEN, desc = "two closes, or none")
    @State
    public static class ObservedCloseClose extends Hooked {
        @Actor
        public void close(II_Result r) {
            r.r1 = table.closed(handle) ? 1 : 0;
        }

        @Actor
        public void closeToo(II_Result r) {
            r.r2 = table.closed(handle) ? 1 : 0;
        }
    }

    /** A stream turns out to be a part of a channel while it is closed. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "closed")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "a part")
    @Outcome(expect = FORBIDDEN, desc = "both, or none")
    @State
    public static class ObservedClosePart extends Hooked {
        @Actor
        public void close(II_Result r) {
            r.r1 = table.closed(handle) ? 1 : 0;
        }

        @Actor
        public void part(II_Result r) {
            r.r2 = table.forget(handle) ? 1 : 0;
        }
    }

    /** Two threads open: both records are found, whatever stripe they are in. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each is closed once")
    @Outcome(expect = FORBIDDEN, desc = "a record is lost")
    @State
    public static class ObservedOpenOpen extends Hooked {
        private final Object one = new Object();
        private final Object other = new Object();

        @Actor
        public void open() {
            open(one);
        }

        @Actor
        public void openToo() {
            open(other);
        }

        @Arbiter
        public void afterwards(II_Result r) {
            r.r1 = table.closed(one) ? 1 : 0;
            r.r2 = table.closed(other) && table.closed(handle) ? 1 : 0;
        }
    }
}
