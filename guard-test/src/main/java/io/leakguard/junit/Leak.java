package io.leakguard.junit;

import io.leakguard.LeakReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A leak, its owner and its verdict. */
final class Leak {

    /** How the owner was found, surest first. */
    enum Attribution {
        SCOPE("the opening thread ran in its scope", "certain"),
        CARRIED(
                "its scope was carried to the opening thread, by a wrapped task, the parent resource or a thread it started",
                "high"),
        FRAME("its test class is in the creation stack", "high"),
        ONLY_RUNNING("it was the only test that ran then", "medium"),
        CONTAINER("neither its scope nor its stack nor its time shows its owner", "low");

        final String text;
        final String confidence;

        Attribution(String text, String confidence) {
            this.text = text;
            this.confidence = confidence;
        }
    }

    /** The result of the check. */
    enum Verdict {
        FAILED,
        WARNED,
        /** {@link AllowLeaks} accepts it. */
        ALLOWED,
        /** {@link ExpectLeaks} demanded it. */
        EXPECTED,
        /** The baseline file lists it. */
        KNOWN,
        /** Opened by a static initialiser, and still open: it may be meant to live as long as the process. */
        STATIC,
        /** Meant to live as long as the JVM, as what embedded databases and Spring's tests keep. */
        LONG_LIVED,
        /** Not proven: told, never failing. */
        SUSPECTED,
        /** Its test isn't checked. */
        OFF,
        /** Closed late, within the grace. */
        CLOSED_LATE
    }

    final LeakReport report;
    final Unit owner;
    final Attribution attribution;
    /** Other units that may have opened it. */
    final List<Unit> candidates;

    volatile @Nullable Verdict verdict;
    volatile String because = "";
    /** Who holds it, if that was asked for; empty if unknown. */
    volatile String heldBy = "";

    volatile @Nullable Allowance allowance;
    /** The unit that reports it: the owner, or the unit that was still running when it was found. */
    volatile @Nullable Unit chargedTo;

    Leak(LeakReport report, Unit owner, Attribution attribution, List<Unit> candidates) {
        this.report = report;
        this.owner = owner;
        this.attribution = attribution;
        this.candidates = candidates;
    }

    /** Opened by a class's initialiser. It belongs to the process, not to the first user of the class. */
    boolean isStatic() {
        for (StackTraceElement frame : report.stack()) {
            if (frame.getMethodName().equals("<clinit>")) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether the agent alone has seen it, and the suite may be the one to close it. */
    boolean mayBeTheSuites() {
        return Seen.MAY_BE_THE_SUITES.equals(report.attributes().get(Seen.HANDED_ON));
    }

    /** What two reports of one resource have in common: one when its scope ended, one when it was closed after all. */
    record Key(
            String kind,
            long openedAt,
            long threadId,
            String description,
            String site,
            List<StackTraceElement> frames) {
        static Key of(LeakReport r) {
            return new Key(
                    r.kind().name(),
                    r.openedAt().toEpochMilli(),
                    r.threadId(),
                    r.description(),
                    r.siteText(),
                    r.path().frames()); // without the last holder, which may change between the two
        }
    }
}
