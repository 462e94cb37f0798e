package io.leakguard.internal.detect;

import io.leakguard.GuardStats.DropReason;
import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.SiteLeaks;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.base.TokenBucket;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.internal.track.KindState;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts each leak on its path and passes reports to the listeners: at once for a new path, then once in an interval,
 * and all paths together at most a set number a minute. Other reports wait. On the loop's thread, except {@link #leaks}
 * and {@link #forget}.
 */
public final class ReportPacer {

    private final Clock clock;
    private final Listeners listeners;
    private final HolderSearch holders;
    private final FindingQueue queue;
    private final Drops drops;
    private final int maxSites;
    private final int reportsPerMinute;
    private final long intervalNanos;
    private final TokenBucket budget;
    private final Set<SiteEntry> waiting = new LinkedHashSet<>();
    private final AtomicLong reported = new AtomicLong();

    private final Object sitesLock = new Object();
    /** Made at the first use: loading a cache's classes takes longer than the rest of a guard's start. */
    private volatile @Nullable SiteRegistry sites;

    public ReportPacer(
            Clock clock,
            Listeners listeners,
            HolderSearch holders,
            FindingQueue queue,
            Drops drops,
            Settings settings) {
        this.clock = clock;
        this.listeners = listeners;
        this.holders = holders;
        this.queue = queue;
        this.drops = drops;
        this.maxSites = settings.get(Setting.SITES_MAX);
        this.reportsPerMinute = settings.get(Setting.REPORTS_PER_MINUTE);
        this.intervalNanos = settings.get(Setting.REPORT_INTERVAL).toNanos();
        this.budget = new TokenBucket(reportsPerMinute, TimeUnit.MINUTES.toNanos(1), clock.nanos());
    }

    private SiteRegistry sites() {
        SiteRegistry made = sites;
        if (made == null) {
            synchronized (sitesLock) {
                made = sites;
                if (made == null) {
                    made = sites = new SiteRegistry(maxSites, drops);
                }
            }
        }
        return made;
    }

    /** The number of reports that the listeners got. */
    public long reported() {
        return reported.get();
    }

    /** The leaks so far, by path. Any thread. */
    public List<SiteLeaks> leaks() {
        return sites().leaks();
    }

    /** Counts a leak on its path, and reports the path if it is due. */
    void admit(ReportImpl report, KindState kind) {
        long now = clock.nanos();
        if (report.cause().confidence() != LeakCause.Confidence.PROVEN) {
            kind.count(report.cause()); // proven causes are counted by resource
        }
        findHolder(report);
        SiteEntry entry = sites().count(report);
        if (entry.isDue(now, intervalNanos) && budget.tryTake(now)) {
            waiting.remove(entry);
            emit(entry, now);
        } else {
            waiting.add(entry);
            if (waiting.size() > 2 * maxSites) {
                waiting.removeIf(other -> !other.isWaiting()); // their sites were forgotten
            }
        }
    }

    /** Makes the reports that have waited long enough. */
    void tick(long now) {
        Iterator<SiteEntry> it = waiting.iterator();
        while (it.hasNext()) {
            SiteEntry entry = it.next();
            if (!entry.isWaiting()) {
                it.remove();
            } else if (entry.isDue(now, intervalNanos)) {
                if (!budget.tryTake(now)) {
                    break;
                }
                it.remove();
                emit(entry, now);
            }
        }
    }

    /** At the end: at most as many as the rate allows in a minute, or they would flood the log. The rest is counted. */
    public void finish() {
        int most = reportsPerMinute;
        for (SiteEntry entry : waiting) {
            if (most > 0 && entry.isWaiting()) {
                most--;
                emit(entry, clock.nanos());
            } else if (entry.isWaiting()) {
                drops.add(DropReason.RATE_LIMITED, 1);
            }
        }
        waiting.clear();
    }

    /** Forgets all paths, and the waiting reports. */
    public void forgetAll() {
        waiting.clear();
        forget();
    }

    /** Forgets all paths. Any thread. */
    public void forget() {
        sites().forget();
    }

    private void emit(SiteEntry entry, long now) {
        ReportImpl report = entry.take(now);
        if (report != null) {
            reported.incrementAndGet();
            report.delivery().waiting = true;
            if (!mayBeHeld(report) || !holders.before(() -> tellLater(report))) {
                tell(report);
            }
        }
    }

    /** What was collected is held by nobody. */
    private static boolean mayBeHeld(ReportImpl report) {
        return switch (report.cause()) {
            case ESCAPED_SCOPE, OVERDUE, GROWING -> true;
            case COLLECTED, OPEN_AT_SHUTDOWN -> false;
        };
    }

    /** Sets who holds it, as far as the last dump told. */
    private void findHolder(ReportImpl report) {
        if (mayBeHeld(report)) {
            report.delivery().heldBy = holders.of(report.kind(), report.path(), report.siteText());
        }
    }

    /** The search has ended: tells it on the reporter's thread, as all reports. */
    private void tellLater(ReportImpl report) {
        if (!queue.run(() -> tell(report))) {
            tell(report);
        }
    }

    private void tell(ReportImpl report) {
        findHolder(report);
        Delivery delivery = report.delivery();
        delivery.waiting = false;
        listeners.tell(listener -> listener.onLeak(report));
        Duration released = delivery.releasedAfter;
        if (released != null) {
            tellLateRelease(report, released);
        }
    }

    /** Only for resources whose report the listeners got: the rate limit of reports applies to these notices too. */
    void releasedLate(ReportImpl report, Duration openFor) {
        report.delivery().releasedAfter = openFor;
        if (report.delivery().emitted && !report.delivery().waiting) {
            tellLateRelease(report, openFor);
        }
    }

    private void tellLateRelease(LeakReport report, Duration openFor) {
        listeners.tell(listener -> listener.onLateRelease(report, openFor));
    }
}
