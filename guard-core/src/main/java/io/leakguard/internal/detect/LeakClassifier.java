package io.leakguard.internal.detect;

import io.leakguard.GuardStats.DropReason;
import io.leakguard.LeakCause;
import io.leakguard.LeakPath;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Jvm;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.base.TokenBucket;
import io.leakguard.internal.base.TrendDetector;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.Observed;
import io.leakguard.internal.track.Parents;
import io.leakguard.internal.track.Probes;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Decides whether a finding is a leak, with which cause, and which of several leaks is reported. On the loop's thread.
 */
public final class LeakClassifier implements Finding.Handler, Growth.Alarm, OverdueSweep.Alarm {

    /** The time for which a collected child waits for its parent to be collected too: both are then one report. */
    static final long PARENT_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
    /** The further wait if the collector has its parent already, and a busy machine has not processed it yet. */
    private static final long MAX_QUEUE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** The time within which the JDK's cleaner usually closes what was collected. */
    private static final long FATE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_DEPTH = 8;
    private static final int MAX_STACK_NOW = 60;

    private final Registry registry;
    private final Clock clock;
    private final FindingQueue queue;
    private final DelayedFindings delayed;
    private final ReportFactory reports;
    private final ReportPacer pacer;
    private final Listeners listeners;
    private final Reclaimer reclaimer;
    private final OverdueSweep overdue;
    private final Growth growth;
    private final Drops drops;
    private final Failures failures;
    private final boolean reclaim;
    private final Duration scopeGrace;
    private final TokenBucket allocationBudget;

    public LeakClassifier(
            Registry registry,
            FindingQueue queue,
            DelayedFindings delayed,
            ReportFactory reports,
            ReportPacer pacer,
            Listeners listeners,
            Reclaimer reclaimer,
            OverdueSweep overdue,
            Growth growth,
            Drops drops,
            Settings settings) {
        this.registry = registry;
        this.clock = registry.clock;
        this.queue = queue;
        this.delayed = delayed;
        this.reports = reports;
        this.pacer = pacer;
        this.listeners = listeners;
        this.reclaimer = reclaimer;
        this.overdue = overdue;
        this.growth = growth;
        this.drops = drops;
        this.failures = registry.failures;
        this.reclaim = settings.get(Setting.RECLAIM);
        this.scopeGrace = settings.get(Setting.SCOPE_GRACE);
        this.allocationBudget =
                new TokenBucket(settings.get(Setting.REPORTS_PER_MINUTE), TimeUnit.MINUTES.toNanos(1), clock.nanos());
    }

    // ------------------------------------------------------------------------------------------------- collected

    void collected(Tracker tracker) {
        if (isPerhapsClosed(tracker)) {
            return;
        }
        joinParts(tracker, 0);
        if (Parents.anyOpen(tracker)) {
            // One GC may have collected both, and this one came first. Or the parent's close will end it.
            long wait = Math.max(PARENT_WAIT_NANOS, Probes.parentGraceNanos(tracker.delegate));
            later(wait, new Finding.Orphan(tracker, clock.nanos() + wait));
        } else {
            collectedAlone(tracker);
        }
    }

    /** Ends it silently if it was closed directly, or may have been. */
    private static boolean isPerhapsClosed(Tracker tracker) {
        if (Probes.isClosed(tracker.delegate)) {
            tracker.closedDirectly();
            return true;
        }
        if (tracker instanceof Observed observed && observed.hasEnded()) {
            return true;
        }
        if (Probes.endIsUnknown(tracker.delegate)) {
            tracker.endedUnknown();
            return true;
        }
        return false;
    }

    @Override
    public void orphan(Finding.Orphan finding) {
        Tracker tracker = finding.tracker();
        try {
            if (isPerhapsClosed(tracker)) {
                return;
            }
            boolean waitsOn = Parents.waitInQueue(tracker)
                    && clock.nanos() - finding.sinceNanos() < MAX_QUEUE_WAIT_NANOS
                    && delayed.add(PARENT_WAIT_NANOS, finding);
            if (!waitsOn) {
                collectedAlone(tracker);
            }
        } catch (Throwable t) {
            queue.brokenOff(tracker);
            failures.internal("a report", t);
        }
    }

    private void later(long delayNanos, Finding finding) {
        if (!delayed.add(delayNanos, finding)) {
            finding.handOver(this);
        }
    }

    /** Its parts have leaked with it: its report lists them, and they are not reported by themselves. */
    private static void joinParts(Tracker whole, int depth) {
        for (Tracker part : Probes.parts(whole)) {
            if (!part.isClosed() && part.set(Tracker.IN_PARENTS_REPORT) && depth < MAX_DEPTH) {
                joinChildren(part);
                joinParts(part, depth + 1);
            }
        }
    }

    private static void joinChildren(Tracker parent) {
        for (Tracker child : parent.children()) {
            if (!child.isClosed()) {
                child.set(Tracker.IN_PARENTS_REPORT);
            }
        }
    }

    /** Handles a collected resource that no open parent can end any more. */
    private void collectedAlone(Tracker tracker) {
        if (Parents.ended(tracker)) {
            tracker.closedDirectly();
            return;
        }
        tracker.countLeak(LeakCause.COLLECTED);
        if (Parents.leaked(tracker) || tracker.has(Tracker.IN_PARENTS_REPORT)) {
            reclaim(tracker, false);
            return; // part of the root's report
        }
        if (tracker.has(Tracker.ESCAPED)) {
            reclaim(tracker, false);
            tracker.clearDetails();
            return; // reported when its scope ended: one leak, one report
        }
        joinChildren(tracker);
        reclaim(tracker, true);
    }

    /**
     * Closes a collected resource, if the setting asks for that. With {@code toReport} it is reported with the outcome.
     */
    private void reclaim(Tracker tracker, boolean toReport) {
        AutoCloseable delegate = tracker.delegate;
        if (!reclaim || delegate == null || delegate instanceof ScopeImpl) {
            if (toReport && tracker instanceof Observed observed) {
                fate(new Finding.Fate(observed, clock.nanos()));
            } else if (toReport) {
                reportCollected(tracker, atCollection(tracker.kind.kind));
            }
            return;
        }
        tracker.delegate = null;
        reclaimer.reclaim(
                delegate,
                outcome -> {
                    if (toReport) {
                        queue.offer(new Finding.Reclaimed(tracker, outcome));
                    }
                },
                delayed.isStopping());
    }

    private static String atCollection(ResourceKind kind) {
        return kind == ResourceKind.SCOPE
                ? "the guard ended it; resources that it left open are reported only if they are collected"
                : kind.atCollection().text();
    }

    /** The JDK's cleaner and the guard get to know of a collection at the same time. */
    @Override
    public void fate(Finding.Fate finding) {
        Observed tracker = finding.tracker();
        try {
            switch (tracker.fate()) {
                case UNSEEN -> reportCollected(tracker, atCollection(tracker.kind.kind));
                case CLOSED -> reportCollected(tracker, "after GC: the JDK has closed it");
                case LEFT -> {
                    if (clock.nanos() - finding.sinceNanos() >= FATE_WAIT_NANOS
                            || !delayed.add(PARENT_WAIT_NANOS, finding)) {
                        reportCollected(tracker, "after GC: the JDK was not seen to close it");
                    }
                }
            }
        } catch (Throwable t) {
            queue.brokenOff(tracker);
            failures.internal("a report", t);
        }
    }

    @Override
    public void reclaimed(Finding.Reclaimed finding) {
        reportCollected(finding.tracker(), finding.outcome());
    }

    private void reportCollected(Tracker tracker, String outcome) {
        String before = tracker.has(Tracker.OVERDUE) ? "was reported before as " + LeakCause.OVERDUE.text() : "";
        reportEnded(tracker, LeakCause.COLLECTED, outcome, before);
    }

    @Override
    public void closedLate(Finding.ClosedLate finding) {
        reportEnded(finding.tracker(), LeakCause.OVERDUE, "closed by then", finding.why());
    }

    private void reportEnded(Tracker tracker, LeakCause cause, String outcome, String detail) {
        ReportImpl report = reports.explain(tracker, cause, outcome, detail, List.of());
        if (report != null) {
            pacer.admit(report, tracker.kind);
        } else if (cause.confidence() == LeakCause.Confidence.PROVEN) {
            tracker.kind.uncount(cause); // suppressed: counted as accepted
        }
        tracker.set(Tracker.SETTLED);
        tracker.clearDetails();
    }

    // ------------------------------------------------------------------------------------------------- scopes

    @Override
    public void escaped(Finding.Escaped finding) {
        if (!finding.graceIsOver()) {
            afterGrace(finding.scope(), new Finding.Escaped(finding.trackers(), finding.scope(), true));
            return;
        }
        for (Tracker tracker : wholesFirst(finding.trackers())) {
            try {
                escaped(tracker, finding.scope());
            } catch (Throwable t) {
                drops.add(DropReason.FAILED, 1); // the others of this scope must still be reported
                failures.internal("a report", t);
            }
        }
    }

    /** Resources with parts come before their parts, which belong to their report. */
    private static List<Tracker> wholesFirst(List<Tracker> trackers) {
        List<Tracker> sorted = new ArrayList<>(trackers.size());
        List<Tracker> others = new ArrayList<>();
        for (Tracker tracker : trackers) {
            (Probes.parts(tracker).isEmpty() ? others : sorted).add(tracker);
        }
        sorted.addAll(others);
        return sorted;
    }

    private void escaped(Tracker tracker, ScopeImpl from) {
        boolean handedOff = tracker.scope != from || tracker.has(Tracker.KEPT);
        if (!handedOff && !(tracker instanceof Observed observed && observed.outlivesScopes())) {
            reportOpen(
                    tracker,
                    LeakCause.ESCAPED_SCOPE,
                    Tracker.ESCAPED,
                    child -> child.scope == from && !child.has(Tracker.KEPT),
                    "",
                    List.of());
        }
    }

    @Override
    public void forgotten(Finding.Forgotten finding) {
        if (!finding.graceIsOver()) {
            afterGrace(finding.scope(), new Finding.Forgotten(finding.scopeTracker(), finding.scope(), true));
            return;
        }
        reportOpen(
                finding.scopeTracker(),
                LeakCause.ESCAPED_SCOPE,
                Tracker.ESCAPED,
                child -> false,
                "the task that opened this scope ended without closing it, and the guard ended it:"
                        + " open it in a try-with-resources statement",
                List.of());
    }

    /** Drops and counts the finding if too many wait: reporting it too early would be a false report. */
    private void afterGrace(ScopeImpl scope, Finding finding) {
        Duration own = scope.options.grace();
        Duration grace = own != null ? own : scopeGrace;
        if (delayed.add(grace.toNanos(), finding)) {
            return;
        }
        if (!grace.isZero() && delayed.isFull() && !delayed.isStopping()) {
            drops.add(DropReason.QUEUE_FULL, finding.reports());
        } else {
            finding.handOver(this);
        }
    }

    // ------------------------------------------------------------------------------------------------- still open

    @Override
    public void overdue(Tracker tracker, Duration limit, long now, Map<Long, List<StackTraceElement>> threads) {
        String whose = OverdueSweep.isLimitedByScope(tracker) ? " set by its scope" : " for " + tracker.kind.kind;
        List<StackTraceElement> threadNow =
                threads.computeIfAbsent(tracker.threadId, id -> Jvm.stackOf(id, MAX_STACK_NOW));
        reportOpen(
                tracker,
                LeakCause.OVERDUE,
                Tracker.OVERDUE,
                child -> overdue.isOverdue(child, now),
                "limit " + Text.duration(limit) + whose
                        + (threadNow.isEmpty() ? " · the thread that opened it has ended, or is virtual" : ""),
                threadNow);
    }

    private void reportOpen(
            Tracker tracker,
            LeakCause cause,
            int flag,
            Predicate<Tracker> withChild,
            String detail,
            List<StackTraceElement> threadNow) {
        if (!tracker.isOpen() || tracker.has(flag)) {
            return;
        }
        boolean kept = tracker.has(Tracker.KEPT);
        if (Probes.isClosed(tracker.delegate)) {
            tracker.close(); // closed directly
            return;
        }
        if (!kept && tracker.has(Tracker.KEPT)) {
            return; // its probe has just declared it long-lived
        }
        if (tracker.isSetApart(tracker.explained())) {
            return;
        }
        ReportImpl report = reports.explain(tracker, cause, "still open", detail, threadNow);
        markChildren(tracker, flag, withChild);
        if (report == null) {
            tracker.setWhileOpen(flag); // suppressed, and counted once
            return;
        }
        tracker.reportedAs(report);
        if (tracker.setWhileOpen(flag)) {
            if (cause.confidence() == LeakCause.Confidence.PROVEN) {
                tracker.countLeak(cause);
            }
            pacer.admit(report, tracker.kind);
        }
    }

    /** Resources that a report lists under its root are not reported by themselves for the same reason. */
    private static void markChildren(Tracker tracker, int flag, Predicate<Tracker> which) {
        for (Tracker child : tracker.children()) {
            if (child.isOpen() && which.test(child)) {
                child.setWhileOpen(flag);
                markChildren(child, flag, which);
            }
        }
        for (Tracker part : Probes.parts(tracker)) {
            if (which.test(part) && part.setWhileOpen(flag)) {
                markChildren(part, flag, which);
            }
        }
    }

    @Override
    public void releasedLate(Finding.ReleasedLate finding) {
        pacer.releasedLate(finding.report(), finding.openFor());
    }

    // ------------------------------------------------------------------------------------------------- growth

    /** The number of open resources of one site, or of one path of it, keeps rising. {@code path} is to blame. */
    @Override
    public void growing(OpenCounts counts, OpenCounts path, TrendDetector.Result trend, int capacity) {
        StackInfo info = path.exemplar;
        List<StackTraceElement> frames = info != null ? info.frames : List.of();
        if (reports.isSuppressed(counts.kind, frames, info != null ? info.path : LeakPath.UNKNOWN)) {
            return;
        }
        Tracker[] oldest = new Tracker[1];
        long now = clock.nanos();
        registry.forEachOpen(t -> {
            if (t.kind.kind == counts.kind
                    && growth.isLongOpen(t, now)
                    && (info == null ? !(t.stack instanceof StackInfo) : t.stack instanceof StackInfo i && path.isOf(i))
                    && (oldest[0] == null || t.openedNanos - oldest[0].openedNanos < 0)) {
                oldest[0] = t;
            }
        });
        Tracker exemplar = oldest[0];
        if (exemplar == null) {
            return; // all closed since: it doesn't grow
        }
        double perHour = trend.slopePerSecond() * 3_600;
        String detail = String.format(
                Locale.ROOT,
                "%d are open from %s, %s more; %s",
                counts.count(),
                counts.path != null
                        ? "here on this path"
                        : counts == path ? "here" : "here on " + counts.paths().size() + " paths",
                perHour >= 10
                        ? String.format(Locale.ROOT, "each hour %.0f", perHour)
                        : String.format(Locale.ROOT, "each day %.1f", perHour * 24),
                forecast(trend.forecastNanos(), capacity));
        reportGrowing(exemplar, detail);
    }

    /** An adapter saw that the number of open resources with a common property keeps rising. */
    @Override
    public void rising(Finding.Rising finding) {
        if (finding.exemplar().isOpen()) {
            reportGrowing(finding.exemplar(), finding.detail());
        }
    }

    private void reportGrowing(Tracker exemplar, String detail) {
        ReportImpl report = reports.explain(exemplar, LeakCause.GROWING, "still open", detail, List.of());
        if (report != null) {
            pacer.admit(report, exemplar.kind);
        }
    }

    private static String forecast(OptionalLong nanos, int capacity) {
        if (nanos.isEmpty()) {
            return "the time until " + capacity + " are open is unknown";
        }
        return nanos.getAsLong() == 0
                ? capacity + " or more are too many"
                : "if it goes on, " + capacity + " are open in " + Text.duration(Duration.ofNanos(nanos.getAsLong()));
    }

    // ------------------------------------------------------------------------------------------------- not leaks

    @Override
    public void overAllocated(Finding.OverAllocated finding) {
        if (!allocationBudget.tryTake(clock.nanos())) {
            drops.add(DropReason.RATE_LIMITED, 1);
            return;
        }
        listeners.tell(listener -> listener.onAllocation(finding.usage(), finding.limit()));
    }

    @Override
    public void pressure(Finding.Pressure finding) {
        listeners.tell(listener -> listener.onPressure(finding.report()));
    }
}
