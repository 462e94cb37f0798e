package io.leakguard.internal;

import io.leakguard.GuardStats.DropReason;
import io.leakguard.LeakCause;
import io.leakguard.LeakListener;
import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything slow: takes what was detected off a bounded queue, explains it, and gives it to the listeners. One thread
 * does all of it; listeners have threads of their own.
 */
final class Reporter implements Runnable, Finding.Handler, Growth.Alarm, OverdueSweep.Alarm {

    /** How long a collected child waits for its parent to be collected too: both are then one report. */
    private static final long PARENT_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
    /** How much longer it waits where the collector has its parent already, and a busy machine has not got to it. */
    private static final long MAX_QUEUE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** What compacting stacks may take of one core while there are many: 1/20. */
    private static final int COMPACT_SHARE = 20;

    private static final int MAX_CHILDREN = 100;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_STACK_NOW = 60;
    private static final int MAX_DELAYED = 65_536;

    /** A finding that waits for its time. */
    private record Timed(long due, Finding finding) {}

    private final Registry registry;
    private final Growth growth;
    private final OverdueSweep overdue;
    private final Failures failures;
    private final Drops drops;
    private final Config.Settings settings;
    private final Clock clock;
    private final FindingQueue queue;
    private final PriorityQueue<Timed> delayed = new PriorityQueue<>((a, b) -> Long.signum(a.due - b.due));
    private final List<Dispatcher> dispatchers = new CopyOnWriteArrayList<>();
    private final SiteFinder siteFinder;
    /** Run at each tick: brings threads back that were killed. */
    private volatile Runnable housekeeping = () -> {};

    private final SuppressionList suppressions;
    /** Made on this reporter's thread, since loading a cache's classes takes longer than all else that a first use needs. */
    private volatile @Nullable SiteRegistry sites;

    private final Object sitesLock = new Object();

    private final Set<SiteEntry> waiting = new LinkedHashSet<>();
    private final TokenBucket reportBudget;
    private final TokenBucket allocationBudget;
    private final Reclaimer reclaimer;

    final AtomicLong reported = new AtomicLong();
    final AtomicLong suppressed = new AtomicLong();

    private int listenerNumber;
    private volatile boolean stopping;
    private volatile boolean stopped;
    private volatile boolean started;
    private volatile Thread thread;
    /** What the thread has taken off the queue and not finished; only its own thread looks at it, and its successor. */
    private volatile @Nullable Object inFlight;

    private long lastNow;

    Reporter(
            FindingQueue queue,
            Registry registry,
            Growth growth,
            OverdueSweep overdue,
            Drops drops,
            SiteFinder siteFinder,
            Config.Settings settings) {
        this.queue = queue;
        this.registry = registry;
        this.growth = growth;
        this.overdue = overdue;
        this.failures = registry.failures;
        this.drops = drops;
        this.settings = settings;
        this.clock = settings.clock();
        this.siteFinder = siteFinder;
        this.suppressions = new SuppressionList(settings.suppressions());
        this.reportBudget = new TokenBucket(settings.reportsPerMinute(), TimeUnit.MINUTES.toNanos(1), clock.nanos());
        this.allocationBudget =
                new TokenBucket(settings.reportsPerMinute(), TimeUnit.MINUTES.toNanos(1), clock.nanos());
        this.reclaimer = new Reclaimer(settings.name());
        if (settings.log()) {
            addListener(new Slf4jListener());
        }
        settings.listeners().forEach(this::addListener);
        this.lastNow = clock.nanos();
        this.thread = newThread();
        queue.consumer(this::revive);
    }

    private Thread newThread() {
        return Threads.daemon(this, "leakguard-reporter-" + settings.name());
    }

    void start(Runnable atEachTick) {
        housekeeping = atEachTick;
        thread.start();
        started = true;
    }

    /** Threads can be killed: the next event brings the reporter back. */
    private void revive(@Nullable Thread dying) {
        synchronized (queue) {
            if (!stopped && !stopping && (thread == dying || !thread.isAlive())) {
                Thread next = newThread();
                next.start();
                thread = next;
            }
        }
    }

    private SiteRegistry sites() {
        SiteRegistry made = sites;
        if (made == null) {
            synchronized (sitesLock) {
                made = sites;
                if (made == null) {
                    made = sites = newSites();
                }
            }
        }
        return made;
    }

    private SiteRegistry newSites() {
        return new SiteRegistry(settings.maxSites(), drops);
    }

    /** Loads what a report needs: when descriptors run out, classes can't be loaded any more. */
    private void preload() {
        Preload.once();
        siteFinder.start();
        StackInfo info = registry.stacks.explain(new CreationStack(), "");
        Instant now = Instant.ofEpochMilli(clock.wallMillis());
        ReportImpl sample = new ReportImpl(
                LeakCause.COLLECTED,
                ResourceKind.CLOSEABLE,
                Text.safe("a\u0001", 10),
                info.site,
                info.siteText,
                info.frames,
                info.path,
                ReportImpl.OfSite.ALONE,
                2,
                1,
                "t",
                1,
                info.frames,
                now,
                now,
                Duration.ofMillis(1),
                List.of("s"),
                Map.of("k", "v"),
                SpanContext.getInvalid(),
                List.of(new LeakReport.Touch("h", "t", now, info.frames)),
                2,
                List.of(new LeakReport.Child(ResourceKind.CLOSEABLE, "d", "s")),
                1,
                "",
                "",
                new Delivery());
        SiteRegistry.preload(sample);
        new OpenResources(
                        now,
                        1,
                        List.of(new OpenResources.Group(
                                sample.kind(), "s", "", 1, Duration.ZERO, "d", "", List.of(), List.of(), info.frames)))
                .toText();
        Snapshot.preload(registry, info);
        suppressions.matches("leakguard.preload", List.of(), info.path);
        waiting.removeIf(entry -> false);
        if (delayed.isEmpty()) { // not so where this thread takes the place of another
            delayed.add(new Timed(0, new Finding.Job(() -> {})));
            delayed.poll();
        }
    }

    // --------------------------------------------------------------------------------------------- from any thread

    LeakListener.Registration addListener(LeakListener listener) {
        Dispatcher dispatcher;
        synchronized (dispatchers) {
            dispatcher = new Dispatcher(
                    listener, failures, "leakguard-listener-" + settings.name() + "-" + ++listenerNumber, drops);
            dispatchers.add(dispatcher);
        }
        return () -> {
            if (dispatchers.remove(dispatcher)) {
                dispatcher.remove();
            }
        };
    }

    void revive() {
        if (started && !thread.isAlive()) {
            revive(null);
        }
    }

    boolean flush(Duration timeout) {
        if (Thread.currentThread() == thread) {
            return false;
        }
        long deadline = System.nanoTime() + Math.min(timeout.toNanos(), TimeUnit.DAYS.toNanos(1));
        // Twice: what was reclaimed in between comes back to the queue.
        for (int pass = 0; pass < 2; pass++) {
            CountDownLatch processed = new CountDownLatch(1);
            Runnable token = () -> {
                if (delayed.isEmpty()) {
                    processed.countDown();
                } else {
                    later(
                            PARENT_WAIT_NANOS + 1,
                            new Finding.Job(processed::countDown)); // behind what waits for its parent
                }
            };
            if (!retry(() -> queue.run(token), deadline) || !await(processed, deadline)) {
                return stopped;
            }
            if (!reclaimer.flush(deadline)) {
                return false;
            }
        }
        List<Dispatcher> all = List.copyOf(dispatchers);
        CountDownLatch delivered = new CountDownLatch(all.size());
        for (Dispatcher d : all) {
            if (!retry(() -> d.mark(delivered), deadline)) {
                return false;
            }
        }
        return await(delivered, deadline);
    }

    private interface Attempt {
        boolean succeeds();
    }

    private boolean retry(Attempt attempt, long deadline) {
        while (!attempt.succeeds()) {
            if (stopped
                    || System.nanoTime() - deadline >= 0
                    || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(100_000);
        }
        return true;
    }

    private boolean await(CountDownLatch latch, long deadline) {
        try {
            do {
                if (latch.await(
                        Math.min(50_000_000, Math.max(1, deadline - System.nanoTime())), TimeUnit.NANOSECONDS)) {
                    return true;
                }
            } while (!stopped && System.nanoTime() - deadline < 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return latch.getCount() == 0;
    }

    List<SiteLeaks> leaks() {
        return sites().leaks();
    }

    /** Has the sites forgotten on the reporter's thread; a full queue means that it is done without. */
    void forgetSites() {
        Runnable forget = () -> {
            waiting.clear();
            sites().forget();
        };
        if (!queue.run(forget)) {
            sites().forget();
        }
    }

    SuppressionList suppressions() {
        return suppressions;
    }

    /** Reports what waits, then ends the threads; waits up to {@code timeout} in all, also if it is interrupted. */
    void stop(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean own = Thread.currentThread() == thread;
        stopping = true;
        queue.wake();
        // An interrupt means "be quick", not "lose what was found": it is kept, and the wait is bounded anyway.
        boolean interrupted = false;
        while (!own && thread.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (thread.isAlive() && !own) {
            thread.interrupt();
        }
        if (!own) {
            stopped = true;
            queue.close();
            queue.dropWhatIsLeft();
        }
        reclaimer.shutdown();
        for (Dispatcher d : dispatchers) {
            d.shutdown();
        }
        for (Dispatcher d : dispatchers) {
            boolean ended = false;
            while (!own && !ended && System.nanoTime() - deadline < 0) {
                try {
                    ended = d.await(deadline - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (!ended) {
                d.shutdownNow();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // --------------------------------------------------------------------------------------------- on its own thread

    @Override
    public void run() {
        try {
            preload();
        } catch (Throwable t) {
            failures.internal("loading what a report needs", t);
        }
        try {
            lost(inFlight, null); // by the thread before this one, if that was killed
            loop();
        } finally {
            if (!stopped && !stopping) {
                revive(Thread.currentThread()); // it was killed where nothing could be caught
            }
        }
    }

    private void loop() {
        long tickNanos = tickNanos();
        long nextTick = lastNow;
        while (true) {
            try {
                long now = now();
                // Not more than a tick, wherever the clock has jumped to.
                nextTick = nextTick - now > tickNanos ? now + tickNanos : nextTick;
                long wait = nextTick - now;
                Timed next = delayed.peek();
                if (next != null) {
                    wait = Math.min(wait, next.due - now);
                }
                Object event = stopping ? queue.poll() : queue.poll(Math.max(0, wait));
                if (event != null) {
                    handle(event);
                }
                now = now();
                runDue(now);
                if (now - nextTick >= 0) {
                    nextTick = now + tickNanos;
                    tick(now);
                }
                if (stopping && event == null) {
                    finish();
                    return;
                }
            } catch (InterruptedException e) {
                if (stopped) {
                    return;
                }
                // Nobody may stop the reporter by interrupting it: it goes on.
            } catch (Throwable t) {
                failures.internal("the reporter", t);
            }
        }
    }

    /** The time; where it went back, so does what is due. */
    private long now() {
        long now = clock.nanos();
        long back = lastNow - now;
        lastNow = now;
        if (back > 0 && !delayed.isEmpty()) {
            List<Timed> all = List.copyOf(delayed);
            delayed.clear();
            for (Timed timed : all) {
                delayed.add(new Timed(timed.due - back, timed.finding));
            }
        }
        return now;
    }

    /** Each second, or as often as short intervals ask for. */
    private long tickNanos() {
        long shortest = TICK_NANOS;
        for (long nanos : new long[] {
            settings.growthInterval().toNanos(), settings.reportInterval().toNanos()
        }) {
            if (nanos > 0) {
                shortest = Math.min(shortest, nanos);
            }
        }
        return Math.max(SHORTEST_TICK_NANOS, shortest);
    }

    private void handle(Object event) {
        if (inFlight != null) {
            lost(inFlight, null); // broke off where nothing could be caught
        }
        inFlight = event;
        try {
            if (event instanceof Tracker tracker) {
                collected(tracker);
            } else if (event instanceof Finding finding) {
                finding.handOver(this);
            }
        } catch (Throwable t) {
            lost(event, t);
        }
        inFlight = null;
    }

    /** What could not be reported is counted, so that it isn't lost without a trace. */
    private void lost(@Nullable Object event, @Nullable Throwable why) {
        if (event instanceof Finding finding) {
            drops.add(DropReason.FAILED, finding.reports());
        } else if (event instanceof Tracker tracker) {
            queue.brokenOff(tracker);
        }
        inFlight = null;
        if (why != null) {
            failures.internal("a report", why);
        }
    }

    private void runDue(long now) {
        Timed next = delayed.peek();
        while (next != null && next.due - now <= 0) {
            delayed.poll();
            handle(next.finding);
            next = delayed.peek();
        }
    }

    /** Has a finding handled after a delay; at once if too many wait. Called on this thread only. */
    private void later(long delayNanos, Finding finding) {
        if (stopping || delayNanos <= 0 || delayed.size() >= MAX_DELAYED) {
            finding.handOver(this);
        } else {
            delayed.add(new Timed(clock.nanos() + delayNanos, finding));
        }
    }

    /** As {@link #later}, but drops and counts it if too many wait: too early would be a false report. */
    private void afterGrace(ScopeImpl scope, Finding finding) {
        Duration own = scope.options.grace();
        long graceNanos = (own != null ? own : settings.scopeGrace()).toNanos();
        if (graceNanos <= 0 || stopping) {
            finding.handOver(this);
        } else if (delayed.size() >= MAX_DELAYED) {
            drops.add(DropReason.QUEUE_FULL, finding.reports());
        } else {
            delayed.add(new Timed(clock.nanos() + graceNanos, finding));
        }
    }

    private void finish() {
        try {
            reportAllThatWaits();
        } finally {
            stopped = true;
            queue.close();
        }
        // What came in the moment before: from now on nothing is taken.
        for (Object event = queue.poll(); event != null; event = queue.poll()) {
            handle(event);
        }
        reportAllThatWaits();
    }

    private void reportAllThatWaits() {
        for (Timed next = delayed.poll(); next != null; next = delayed.poll()) {
            handle(next.finding);
        }
        // What waited for the rate limit: not more than it lets through in a minute, or the log would be flooded at the
        // end.
        int most = settings.reportsPerMinute();
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

    private void tick(long now) {
        Iterator<SiteEntry> it = waiting.iterator();
        while (it.hasNext()) {
            SiteEntry entry = it.next();
            if (!entry.isWaiting()) {
                it.remove();
            } else if (entry.isDue(now, settings.reportInterval().toNanos())) {
                if (!reportBudget.tryTake(now)) {
                    break;
                }
                it.remove();
                emit(entry, now);
            }
        }
        compact(now);
        housekeeping.run();
        overdue.sweep(now, registry, this);
        registry.tick();
        growth.sample(now, registry.pooled(), this);
    }

    /** Turns the stacks of what has been open for a while into shared elements, which need a fraction of the memory. */
    private void compact(long now) {
        Tracker[] batch = new Tracker[64];
        long start = System.nanoTime();
        long budget = tickNanos() / COMPACT_SHARE;
        for (Shard shard : registry.shards()) {
            int n;
            do {
                n = shard.nextAged(batch, now - growth.ageNanos());
                for (int i = 0; i < n; i++) {
                    Tracker t = batch[i];
                    t.explained();
                    growth.count(t);
                }
            } while (n == batch.length && System.nanoTime() - start < budget);
        }
    }

    // ------------------------------------------------------------------------------------------------- causes

    private void collected(Tracker tracker) {
        if (isPerhapsClosed(tracker)) {
            return;
        }
        joinParts(tracker, 0);
        if (tracker.hasOpenParent()) {
            // Both may have been collected by one GC, and this one came first; or the parent's close will end it.
            long wait = Math.max(PARENT_WAIT_NANOS, Probes.parentGraceNanos(tracker.delegate));
            later(wait, new Finding.Orphan(tracker, clock.nanos() + wait));
        } else {
            collectedChild(tracker);
        }
    }

    /** Ends it silently if it was closed behind its handle's back, or if it may have been. */
    private static boolean isPerhapsClosed(Tracker tracker) {
        if (Probes.isClosed(tracker.delegate)) {
            tracker.closedDirectly();
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
            if (tracker.hasParentInQueue()
                    && clock.nanos() - finding.sinceNanos() < MAX_QUEUE_WAIT_NANOS
                    && !stopping
                    && delayed.size() < MAX_DELAYED) {
                later(PARENT_WAIT_NANOS, finding);
            } else {
                collectedChild(tracker);
            }
        } catch (Throwable t) {
            lost(tracker, t);
        }
    }

    /** What it had taken over has leaked with it: it is listed in its report, and not reported by itself. */
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

    private void collectedChild(Tracker tracker) {
        if (tracker.endedByParent()) {
            tracker.closedDirectly();
            return;
        }
        tracker.countLeak(LeakCause.COLLECTED);
        if (tracker.isPartOfParentsLeak() || tracker.has(Tracker.IN_PARENTS_REPORT)) {
            reclaim(tracker, false);
            return; // part of the root's report
        }
        if (tracker.has(Tracker.ESCAPED)) {
            reclaim(tracker, false);
            tracker.letGo();
            return; // reported when its scope ended: one leak, one report
        }
        joinChildren(tracker);
        reclaim(tracker, true);
    }

    private void reportCollected(Tracker tracker, String outcome) {
        report(tracker, LeakCause.COLLECTED, outcome, before(tracker));
    }

    @Override
    public void reclaimed(Finding.Reclaimed finding) {
        reportCollected(finding.tracker(), finding.outcome());
    }

    private static String before(Tracker tracker) {
        return tracker.has(Tracker.OVERDUE) ? "was reported before as " + LeakCause.OVERDUE.text() : "";
    }

    private static String atCollection(ResourceKind kind) {
        return kind == ResourceKind.SCOPE
                ? "the guard ended it; what it left open is reported only if it is collected"
                : kind.atCollection().text();
    }

    /** Closes what was collected, if that is asked for; {@code toReport} has it reported with the outcome. */
    private void reclaim(Tracker tracker, boolean toReport) {
        AutoCloseable delegate = tracker.delegate;
        if (!settings.reclaim() || delegate == null || delegate instanceof ScopeImpl) {
            if (toReport) {
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
                stopping);
    }

    @Override
    public void escaped(Finding.Escaped finding) {
        if (!finding.graceIsOver()) {
            afterGrace(finding.scope(), new Finding.Escaped(finding.trackers(), finding.scope(), true));
            return;
        }
        for (Tracker tracker : finding.trackers()) {
            escaped(tracker, finding.scope());
        }
    }

    /** A resource that is still open after its scope has ended, and after the grace. */
    private void escaped(Tracker tracker, ScopeImpl from) {
        try {
            judgeEscaped(tracker, from);
        } catch (Throwable t) {
            drops.add(DropReason.FAILED, 1); // the others of this scope shall be told
            failures.internal("a report", t);
        }
    }

    private void judgeEscaped(Tracker tracker, ScopeImpl from) {
        ScopeImpl now = tracker.scope;
        boolean handedOff = now != from || tracker.has(Tracker.KEPT);
        if (!handedOff) {
            reportOpen(
                    tracker,
                    LeakCause.ESCAPED_SCOPE,
                    Tracker.ESCAPED,
                    child -> child.scope == from && !child.has(Tracker.KEPT),
                    "",
                    List.of());
        }
    }

    /** A scope that its task didn't close; the guard has ended it. */
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

    /** A resource that has been open longer than its limit. */
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

    /** A resource that was ended, but not by its owner. */
    @Override
    public void closedLate(Finding.ClosedLate finding) {
        report(finding.tracker(), LeakCause.OVERDUE, "closed by then", finding.why());
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
        if (Probes.isClosed(tracker.delegate)) {
            tracker.close(); // behind its handle's back
            return;
        }
        ReportImpl report = explain(tracker, cause, "still open", detail, threadNow);
        markChildren(tracker, flag, withChild);
        if (report == null) {
            tracker.setWhileOpen(flag); // suppressed, and counted so once
            return;
        }
        tracker.reportedAs(report);
        if (tracker.setWhileOpen(flag)) {
            if (cause.confidence() == LeakCause.Confidence.PROVEN) {
                tracker.countLeak(cause);
            }
            admit(report, tracker.kind);
        }
    }

    /** What a report lists under its root is not reported by itself for the same reason. */
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

    /** More and more of one site, or of one path of it, are open; {@code path} is to blame. */
    @Override
    public void growing(OpenCounts counts, OpenCounts path, TrendTest.Result trend, int capacity) {
        StackInfo info = path.exemplar;
        List<StackTraceElement> frames = info != null ? info.frames : List.of();
        if (suppressions.matches(counts.kind.name(), frames, info != null ? info.path : LeakPath.UNKNOWN)) {
            suppressed.incrementAndGet();
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

    /** An adapter has seen that more and more are open of what it knows to belong together. */
    @Override
    public void rising(Finding.Rising finding) {
        if (finding.exemplar().isOpen()) {
            reportGrowing(finding.exemplar(), finding.detail());
        }
    }

    private void reportGrowing(Tracker exemplar, String detail) {
        ReportImpl report = explain(exemplar, LeakCause.GROWING, "still open", detail, List.of());
        if (report != null) {
            admit(report, exemplar.kind);
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

    @Override
    public void overAllocated(Finding.OverAllocated finding) {
        if (!allocationBudget.tryTake(clock.nanos())) {
            drops.add(DropReason.RATE_LIMITED, 1);
            return;
        }
        dispatch(listener -> listener.onAllocation(finding.usage(), finding.limit()));
    }

    @Override
    public void pressure(Finding.Pressure finding) {
        dispatch(listener -> listener.onPressure(finding.report()));
    }

    void openAtShutdown(OpenResources open) {
        dispatch(listener -> listener.onOpenAtShutdown(open));
    }

    private void dispatch(Consumer<LeakListener> call) {
        for (Dispatcher d : dispatchers) {
            d.dispatch(call);
        }
    }

    /** Only of what listeners were given a report of: the rate limit of reports is that of these notices too. */
    @Override
    public void releasedLate(Finding.ReleasedLate finding) {
        ReportImpl report = finding.report();
        Duration openFor = finding.openFor();
        report.delivery().releasedAfter = openFor;
        if (report.delivery().emitted) {
            tellLateRelease(report, openFor);
        }
    }

    private void tellLateRelease(LeakReport report, Duration openFor) {
        dispatch(listener -> listener.onLateRelease(report, openFor));
    }

    // ------------------------------------------------------------------------------------------------- explaining

    private void report(Tracker tracker, LeakCause cause, String outcome, String detail) {
        ReportImpl report = explain(tracker, cause, outcome, detail, List.of());
        if (report != null) {
            admit(report, tracker.kind);
        } else if (cause.confidence() == LeakCause.Confidence.PROVEN) {
            tracker.kind.uncount(cause); // suppressed: accepted, and counted as that
        }
        tracker.set(Tracker.SETTLED);
        tracker.letGo();
    }

    /** Explains a leak; null if it is suppressed. */
    private @Nullable ReportImpl explain(
            Tracker t, LeakCause cause, String outcome, String detail, List<StackTraceElement> threadNow) {
        long now = clock.nanos();
        long wallNow = clock.wallMillis(); // at once: what follows takes a while, and the two must agree
        StackInfo info = t.explained();
        List<StackTraceElement> frames = info != null ? info.frames : List.of();
        List<LeakReport.Touch> touches = touches(t, now, wallNow);
        LeakPath path = pathOf(t, info, touches);
        if (suppressions.matches(t.kind.kind.name(), frames, path)) {
            suppressed.incrementAndGet();
            return null;
        }
        boolean escalated = t.kind.isEscalated(now);
        if (info == null) {
            t.kind.escalate(now);
        }
        ScopeImpl scope = t.scope;
        SpanContext span = t.span();
        long openNanos = Math.max(0, now - t.openedNanos);
        List<LeakReport.Child> children = new ArrayList<>();
        long childCount = children(t, children, 0);
        return new ReportImpl(
                cause,
                t.kind.kind,
                Descriptions.text(t.description),
                info != null ? info.site : null,
                info != null ? info.siteText : whyNoStack(t.kind, escalated),
                frames,
                path,
                ReportImpl.OfSite.ALONE,
                1,
                1,
                t.threadLabel(),
                t.threadId,
                threadNow,
                Instant.ofEpochMilli(wallNow - TimeUnit.NANOSECONDS.toMillis(openNanos)),
                Instant.ofEpochMilli(wallNow),
                Duration.ofNanos(openNanos),
                scope == null ? List.of() : scope.path(),
                t.attributes(),
                span == null ? SpanContext.getInvalid() : span,
                touches,
                t.touchCount(),
                List.copyOf(children),
                childCount,
                outcome,
                detail,
                new Delivery());
    }

    private List<LeakReport.Touch> touches(Tracker t, long now, long wallNow) {
        List<LeakReport.Touch> touches = new ArrayList<>();
        for (Tracker.TouchRecord touch : t.touches()) {
            CreationStack where = touch.stack();
            touches.add(new LeakReport.Touch(
                    Descriptions.text(touch.hint()),
                    touch.threadName(),
                    Instant.ofEpochMilli(wallNow - TimeUnit.NANOSECONDS.toMillis(now - touch.nanos())),
                    where == null ? List.of() : siteFinder.explain(where.getStackTrace(), "").frames));
        }
        return List.copyOf(touches);
    }

    /** The identity of a leak: its frames, and who had it last; where no frame is the application's, who used it first too. */
    private LeakPath pathOf(Tracker t, @Nullable StackInfo info, List<LeakReport.Touch> touches) {
        boolean byApplication = info != null && info.byApplication;
        return PathTrail.path(
                info, Probes.lastHolder(t), byApplication ? "" : PathTrail.firstUse(touches, siteFinder::isBlamable));
    }

    private String whyNoStack(KindState kind, boolean escalated) {
        String why = "no creation stack: the capture budget (" + registry.kinds.capture() + ") was used up";
        if (kind.escalationNanos() == 0) {
            return why + "; escalation is off";
        }
        return why
                + (escalated
                        ? ", opened before its kind was raised to full capture"
                        : "; " + kind.kind + " is now captured in full for "
                                + Text.duration(Duration.ofNanos(kind.escalationNanos())));
    }

    private long children(Tracker parent, List<LeakReport.Child> into, int depth) {
        long n = 0;
        for (Tracker child : children(parent)) {
            if (child.isClosed() || child.has(Tracker.SETTLED | Tracker.NO_LEAK)) {
                continue;
            }
            n++;
            if (into.size() < MAX_CHILDREN) {
                StackInfo info = child.explained();
                into.add(new LeakReport.Child(
                        child.kind.kind,
                        Descriptions.text(child.description),
                        info != null ? info.siteText : "no creation stack"));
            }
            if (depth < MAX_DEPTH) {
                n += children(child, into, depth + 1);
            }
        }
        return n;
    }

    /** What is open under it: opened under it, or taken over by it. */
    private static Iterable<Tracker> children(Tracker parent) {
        List<Tracker> parts = Probes.parts(parent);
        List<Tracker> children = Arrays.asList(parent.children());
        if (parts.isEmpty()) {
            return children;
        }
        Set<Tracker> all = new LinkedHashSet<>(children);
        all.addAll(parts);
        return all;
    }

    // ------------------------------------------------------------------------------------------------- giving out

    /** Counts a leak on its path, and reports the path if it is due; one that was not seen before is. */
    private void admit(ReportImpl report, KindState kind) {
        long now = clock.nanos();
        if (report.cause().confidence() != LeakCause.Confidence.PROVEN) {
            kind.count(report.cause()); // the proven ones are counted by resource
        }
        SiteEntry entry = sites().count(report);
        if (entry.isDue(now, settings.reportInterval().toNanos()) && reportBudget.tryTake(now)) {
            waiting.remove(entry);
            emit(entry, now);
        } else {
            waiting.add(entry);
            if (waiting.size() > 2 * settings.maxSites()) {
                waiting.removeIf(other -> !other.isWaiting()); // their sites were forgotten
            }
        }
    }

    private void emit(SiteEntry entry, long now) {
        ReportImpl report = entry.take(now);
        if (report != null) {
            reported.incrementAndGet();
            dispatch(listener -> listener.onLeak(report));
            Duration released = report.delivery().releasedAfter;
            if (released != null) {
                tellLateRelease(report, released);
            }
        }
    }
}
