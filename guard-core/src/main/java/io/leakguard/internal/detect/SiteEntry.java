package io.leakguard.internal.detect;

import io.leakguard.LeakPath;
import io.leakguard.SiteLeaks;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The leaks on one path with one cause, or on all paths of a site that are not distinguished. Written by the reporter's
 * thread, read by any.
 */
public final class SiteEntry {

    final SitePaths site;
    /** Null for the paths beyond the bound. */
    final @Nullable LeakPath path;

    private long occurrences;
    private long sinceLastReport;
    private long lastReportNanos;
    private boolean everReported;
    private @Nullable ReportImpl waiting;
    private @Nullable ReportImpl best;
    private @Nullable Instant firstSeen;
    private @Nullable Instant lastSeen;

    public SiteEntry(SitePaths site, @Nullable LeakPath path) {
        this.site = site;
        this.path = path;
    }

    /** Counts one more leak. {@code report} explains it, and is kept unless another one explains more. */
    public synchronized void count(ReportImpl report) {
        occurrences++;
        sinceLastReport++;
        if (firstSeen == null) {
            firstSeen = report.detectedAt();
        }
        lastSeen = report.detectedAt();
        best = better(best, report);
        waiting = better(waiting, report);
    }

    private static ReportImpl better(@Nullable ReportImpl known, ReportImpl newer) {
        return known == null || newer.explains() >= known.explains() ? newer : known;
    }

    public synchronized boolean isDue(long now, long intervalNanos) {
        return waiting != null && (!everReported || now - lastReportNanos >= intervalNanos);
    }

    public synchronized boolean isWaiting() {
        return waiting != null;
    }

    synchronized long occurrences() {
        return occurrences;
    }

    /** Forgets the entry: a waiting report is not made any more. Returns whether there was one. */
    synchronized boolean drop() {
        boolean dropped = waiting != null;
        waiting = null;
        return dropped;
    }

    /** Takes the waiting report, with the counts up to now. */
    public synchronized @Nullable ReportImpl take(long now) {
        ReportImpl report = waiting;
        if (report == null) {
            return null;
        }
        ReportImpl counted = counted(report, sinceLastReport);
        report.delivery().emitted = true;
        waiting = null;
        sinceLastReport = 0;
        everReported = true;
        lastReportNanos = now;
        return counted;
    }

    private ReportImpl counted(ReportImpl report, long since) {
        SitePaths.Totals totals = site.totals();
        long ofSite = Math.max(occurrences, totals.occurrences());
        return report.counted(
                occurrences, since, new ReportImpl.OfSite(site.text(path), ofSite, totals.paths(), path == null));
    }

    public synchronized @Nullable SiteLeaks snapshot() {
        ReportImpl shown = best;
        Instant first = firstSeen;
        Instant last = lastSeen;
        if (shown == null || first == null || last == null) {
            return null;
        }
        ReportImpl counted = counted(shown, Math.max(1, sinceLastReport));
        return new SiteLeaks(
                site.key.cause(),
                site.key.kind(),
                shown.siteText(),
                counted.pathText(),
                path == null ? LeakPath.UNKNOWN : path,
                occurrences,
                first,
                last,
                counted);
    }
}
