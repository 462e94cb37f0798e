package io.leakguard.internal;

import io.leakguard.LeakCause;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What leaked from one site with one cause. Written by the reporter's thread, read by any. */
final class SiteEntry {

    /** {@code frame} is the whole frame, since two sites may look alike in a short form; empty if there is no stack. */
    record Key(LeakCause cause, ResourceKind kind, String frame) {
        // By hand: a record's own keep the class loader of its components softly reachable from the JDK.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key k && cause == k.cause && kind == k.kind && frame.equals(k.frame);
        }

        @Override
        public int hashCode() {
            return (31 * cause.hashCode() + kind.hashCode()) * 31 + frame.hashCode();
        }
    }

    final Key key;

    private long occurrences;
    private long sinceLastReport;
    private long lastReportNanos;
    private boolean everReported;
    private @Nullable ReportImpl waiting;
    private @Nullable ReportImpl newest;
    private @Nullable Instant firstSeen;

    SiteEntry(Key key) {
        this.key = key;
    }

    /** Counts one more leak; {@code report} explains it. */
    synchronized void count(ReportImpl report) {
        occurrences++;
        sinceLastReport++;
        if (firstSeen == null) {
            firstSeen = report.detectedAt();
        }
        newest = report;
        waiting = report;
    }

    synchronized boolean isDue(long now, long intervalNanos) {
        return waiting != null && (!everReported || now - lastReportNanos >= intervalNanos);
    }

    synchronized boolean isWaiting() {
        return waiting != null;
    }

    /** Its site is forgotten: what waits is not reported any more. Tells whether something did. */
    synchronized boolean drop() {
        boolean dropped = waiting != null;
        waiting = null;
        return dropped;
    }

    /** The report that waits, with the counts up to now. */
    synchronized @Nullable ReportImpl take(long now) {
        ReportImpl report = waiting;
        if (report == null) {
            return null;
        }
        ReportImpl counted = report.counted(occurrences, sinceLastReport);
        report.delivery().emitted = true;
        waiting = null;
        newest = counted;
        sinceLastReport = 0;
        everReported = true;
        lastReportNanos = now;
        return counted;
    }

    synchronized @Nullable SiteLeaks snapshot() {
        ReportImpl last = newest;
        Instant first = firstSeen;
        if (last == null || first == null) {
            return null;
        }
        ReportImpl counted = last.counted(occurrences, Math.max(1, sinceLastReport));
        return new SiteLeaks(key.cause(), key.kind(), last.siteText(), occurrences, first, last.detectedAt(), counted);
    }
}
