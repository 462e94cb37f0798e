package io.leakguard.internal.detect;

import io.leakguard.PressureReport;
import io.leakguard.ScopeUsage;
import io.leakguard.internal.track.Observed;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.List;

/**
 * A finding that waits for the reporter's thread. A collected {@link Tracker} is a finding itself, so that a full heap
 * loses none.
 */
public sealed interface Finding {

    /** The number of reports that are lost if it can't be handled. */
    default int reports() {
        return 1;
    }

    /** Calls the handler's method for this finding. */
    void handOver(Handler handler);

    /** One method for each type. All run on the reporter's thread. */
    interface Handler {
        void closedLate(ClosedLate finding);

        void releasedLate(ReleasedLate finding);

        void escaped(Escaped finding);

        void forgotten(Forgotten finding);

        void overAllocated(OverAllocated finding);

        void pressure(Pressure finding);

        void rising(Rising finding);

        void orphan(Orphan finding);

        void reclaimed(Reclaimed finding);

        void fate(Fate finding);
    }

    /** A resource was ended, but not by its owner. */
    record ClosedLate(Tracker tracker, String why) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.closedLate(this);
        }
    }

    /** A resource was closed that had been reported while open. */
    record ReleasedLate(ReportImpl report, Duration openFor) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.releasedLate(this);
        }
    }

    /** Resources were open at their scope's end. */
    record Escaped(List<Tracker> trackers, ScopeImpl scope, boolean graceIsOver) implements Finding {
        @Override
        public int reports() {
            return trackers.size();
        }

        @Override
        public void handOver(Handler handler) {
            handler.escaped(this);
        }
    }

    /** A scope's task ended, and the scope did not. */
    record Forgotten(Tracker scopeTracker, ScopeImpl scope, boolean graceIsOver) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.forgotten(this);
        }
    }

    /** A scope allocated more than its limit. */
    record OverAllocated(ScopeUsage usage, long limit) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.overAllocated(this);
        }
    }

    /** The watch saw that a resource is running out. */
    record Pressure(PressureReport report) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.pressure(this);
        }
    }

    /** An adapter saw that the number of open resources with a common property keeps rising. */
    record Rising(Tracker exemplar, String detail) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.rising(this);
        }
    }

    /** A collected resource under an open parent. It has waited for the parent's end since {@code sinceNanos}. */
    record Orphan(Tracker tracker, long sinceNanos) implements Finding {
        @Override
        public int reports() {
            return 0; // counted with its tracker
        }

        @Override
        public void handOver(Handler handler) {
            handler.orphan(this);
        }
    }

    /** The guard closed a collected resource. Its report waits for the outcome. */
    record Reclaimed(Tracker tracker, String outcome) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.reclaimed(this);
        }
    }

    /** A collected resource whose end by the JDK is about to be seen. It has waited since {@code sinceNanos}. */
    record Fate(Observed tracker, long sinceNanos) implements Finding {
        @Override
        public void handOver(Handler handler) {
            handler.fate(this);
        }
    }

    /** No finding: a task for the reporter's thread. */
    record Job(Runnable task) implements Finding {
        @Override
        public int reports() {
            return 0;
        }

        @Override
        public void handOver(Handler handler) {
            task.run();
        }
    }
}
