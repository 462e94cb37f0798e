package io.leakguard.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeUsage;
import io.leakguard.SiteLeaks;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything slow: takes what was detected off a bounded queue, explains it, and gives it to the listeners. One thread
 * does all of it; listeners have threads of their own.
 */
final class Reporter implements Runnable {

    /** How long a collected child waits for its parent to be collected too: both are then one report. */
    private static final long PARENT_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
    /** How much longer it waits where the collector has its parent already, and a busy machine has not got to it. */
    private static final long MAX_QUEUE_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** What compacting stacks may take of one core while there are many: 1/20. */
    private static final int COMPACT_SHARE = 20;

    private static final int MAX_DESCRIPTION = 1_024;
    private static final int MAX_CHILDREN = 100;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_STACK_NOW = 60;
    private static final int MAX_DELAYED = 65_536;

    /** Something to do, and how many reports are lost if it can't be done. */
    private record Task(int reports, Runnable body) {}

    /** Something to do later. */
    private record Timed(long due, Task task) {}

    private record StackKey(List<StackTraceElement> frames, String handleClass) {}

    private final Engine engine;
    private final Config.Settings settings;
    private final Clock clock;
    private final LinkedBlockingQueue<Object> queue;
    private final PriorityQueue<Timed> delayed = new PriorityQueue<>((a, b) -> Long.signum(a.due - b.due));
    private final List<Dispatcher> dispatchers = new CopyOnWriteArrayList<>();
    private final CodeOrigins origins;
    private final SiteFinder siteFinder;
    private final SuppressionList suppressions;
    /** Made on this reporter's thread, since loading a cache's classes takes longer than all else that a first use needs. */
    private volatile @Nullable Caches caches;

    private final Object cachesLock = new Object();

    private record Caches(Cache<SiteEntry.Key, SiteEntry> sites, Cache<StackKey, StackInfo> stacks) {}

    private final Set<SiteEntry> waiting = new LinkedHashSet<>();
    private final TokenBucket reportBudget;
    private final TokenBucket allocationBudget;
    private final Reclaimer reclaimer;

    final AtomicLong reported = new AtomicLong();
    final AtomicLong suppressed = new AtomicLong();
    /** For want of room in the queue. */
    final AtomicLong dropped = new AtomicLong();

    private final AtomicLong droppedAtListener = new AtomicLong();
    private final AtomicLong droppedSites = new AtomicLong();
    private final AtomicLong rateLimited = new AtomicLong();
    /** For want of memory or of a thread, mostly. */
    private final AtomicLong failed = new AtomicLong();

    private int listenerNumber;
    private volatile boolean stopping;
    private volatile boolean stopped;
    private volatile boolean started;
    private volatile Thread thread;
    /** What the thread has taken off the queue and not finished; only its own thread looks at it, and its successor. */
    private volatile @Nullable Object inHand;

    private long lastNow;

    Reporter(Engine engine, Config.Settings settings) {
        this.engine = engine;
        this.settings = settings;
        this.clock = settings.clock();
        this.queue = new LinkedBlockingQueue<>(settings.queueCapacity());
        this.origins = new CodeOrigins(engine.contextLoaders);
        this.siteFinder = new SiteFinder(settings.appPackages(), origins);
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
    }

    private Thread newThread() {
        return Threads.daemon(this, "leakguard-reporter-" + settings.name());
    }

    void start() {
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

    private Caches caches() {
        Caches made = caches;
        if (made == null) {
            synchronized (cachesLock) {
                made = caches;
                if (made == null) {
                    made = caches = newCaches();
                }
            }
        }
        return made;
    }

    private Caches newCaches() {
        // Maintenance on the calling thread: the common pool would keep our class loader alive.
        Cache<SiteEntry.Key, SiteEntry> sites = Caffeine.newBuilder()
                .maximumSize(settings.maxSites())
                .executor(Runnable::run)
                .removalListener((SiteEntry.@Nullable Key key, @Nullable SiteEntry entry, RemovalCause cause) -> {
                    if (cause.wasEvicted() && entry != null && entry.drop()) {
                        droppedSites.incrementAndGet();
                    }
                })
                .build();
        Cache<StackKey, StackInfo> stacks = Caffeine.newBuilder()
                .maximumSize(settings.maxSites())
                .executor(Runnable::run)
                .build();
        return new Caches(sites, stacks);
    }

    /** Loads what a report needs: when descriptors run out, classes can't be loaded any more. */
    private void preload() {
        Preload.once();
        origins.start();
        StackInfo info = intern(new CreationStack().getStackTrace(), "");
        Instant now = Instant.ofEpochMilli(clock.wallMillis());
        ReportImpl sample = new ReportImpl(
                LeakCause.COLLECTED,
                ResourceKind.CLOSEABLE,
                Text.safe("a\u0001", 10),
                info.site,
                info.siteText,
                info.frames,
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
        SiteEntry.Key sampleKey = new SiteEntry.Key(sample.cause(), sample.kind(), sample.siteText());
        SiteEntry entry = Objects.requireNonNull(caches().sites().get(sampleKey, SiteEntry::new));
        entry.count(sample);
        caches().sites().invalidate(entry.key);
        Objects.requireNonNull(entry.take(0)).toText();
        Objects.requireNonNull(entry.snapshot());
        new OpenResources(
                        now,
                        1,
                        List.of(new OpenResources.Group(
                                sample.kind(), "s", 1, Duration.ZERO, "d", "", List.of(), List.of(), info.frames)))
                .toText();
        Snapshot.preload(engine, this, info);
        suppressions.matches("leakguard.preload", List.of());
        waiting.add(entry);
        waiting.remove(entry);
        if (delayed.isEmpty()) { // not so where this thread takes the place of another
            delayed.add(new Timed(0, new Task(0, () -> {})));
            delayed.poll();
        }
    }

    // --------------------------------------------------------------------------------------------- from any thread

    LeakListener.Registration addListener(LeakListener listener) {
        Dispatcher dispatcher;
        synchronized (dispatchers) {
            dispatcher = new Dispatcher(
                    listener,
                    engine.failures,
                    "leakguard-listener-" + settings.name() + "-" + ++listenerNumber,
                    droppedAtListener,
                    failed);
            dispatchers.add(dispatcher);
        }
        return () -> {
            if (dispatchers.remove(dispatcher)) {
                dispatcher.remove();
            }
        };
    }

    /** A tracker that was collected; false if the queue is full, and then it is counted as dropped. */
    boolean offer(Tracker collected) {
        boolean offered = false;
        try {
            offered = enqueue(collected);
        } finally {
            if (!offered) {
                count(collected, LeakCause.COLLECTED);
                dropped.incrementAndGet();
            }
        }
        return offered;
    }

    /** Something to do on the reporter's thread; false if the queue is full, and then its reports are counted as dropped. */
    boolean offer(int reports, Runnable task) {
        boolean offered = false;
        try {
            offered = enqueue(new Task(reports, task));
        } finally {
            if (!offered) {
                dropped.addAndGet(reports);
            }
        }
        return offered;
    }

    private boolean enqueue(Object event) {
        if (!queue.offer(event)) {
            return false;
        }
        if (stopped) {
            return !queue.remove(event); // nobody takes it any more, unless it was taken just now
        }
        revive();
        return true;
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
            Task token = new Task(0, () -> {
                if (delayed.isEmpty()) {
                    processed.countDown();
                } else {
                    later(PARENT_WAIT_NANOS + 1, new Task(0, processed::countDown)); // behind what waits for its parent
                }
            });
            if (!retry(() -> enqueue(token), deadline) || !await(processed, deadline)) {
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

    boolean isApplicationFrame(StackTraceElement frame) {
        return siteFinder.isBlamable(frame);
    }

    List<SiteLeaks> leaks() {
        return caches().sites().asMap().values().stream()
                .map(SiteEntry::snapshot)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparingLong(SiteLeaks::occurrences).reversed())
                .toList();
    }

    /** Has the sites forgotten on the reporter's thread; a full queue means that it is done without. */
    void forgetSites() {
        Runnable forget = () -> {
            waiting.clear();
            caches().sites().invalidateAll();
        };
        if (!enqueue(new Task(0, forget))) {
            caches().sites().invalidateAll();
        }
    }

    Map<GuardStats.DropReason, Long> droppedBy() {
        return Map.of(
                GuardStats.DropReason.QUEUE_FULL, dropped.get(),
                GuardStats.DropReason.LISTENER_FULL, droppedAtListener.get(),
                GuardStats.DropReason.SITES_FULL, droppedSites.get(),
                GuardStats.DropReason.RATE_LIMITED, rateLimited.get(),
                GuardStats.DropReason.FAILED, failed.get());
    }

    SuppressionList suppressions() {
        return suppressions;
    }

    /** Reports what waits, then ends the threads; waits up to {@code timeout} in all, also if it is interrupted. */
    void stop(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean own = Thread.currentThread() == thread;
        stopping = true;
        queue.offer(new Task(0, () -> {})); // wakes it; a full queue needs no waking
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
            dropWhatIsLeft();
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

    /** Nobody takes it any more: it is counted. */
    private void dropWhatIsLeft() {
        for (Object event = queue.poll(); event != null; event = queue.poll()) {
            if (event instanceof Tracker tracker) {
                count(tracker, LeakCause.COLLECTED);
                dropped.incrementAndGet();
                tracker.letGo();
            } else if (event instanceof Task task) {
                dropped.addAndGet(task.reports);
            }
        }
    }

    // --------------------------------------------------------------------------------------------- on its own thread

    @Override
    public void run() {
        try {
            preload();
        } catch (Throwable t) {
            engine.failures.internal("loading what a report needs", t);
        }
        try {
            lost(inHand, null); // by the thread before this one, if that was killed
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
                Object event = stopping ? queue.poll() : queue.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
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
                engine.failures.internal("the reporter", t);
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
                delayed.add(new Timed(timed.due - back, timed.task));
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
        if (inHand != null) {
            lost(inHand, null); // broke off where nothing could be caught
        }
        inHand = event;
        try {
            if (event instanceof Tracker tracker) {
                collected(tracker);
            } else if (event instanceof Task task) {
                task.body.run();
            }
        } catch (Throwable t) {
            lost(event, t);
        }
        inHand = null;
    }

    /** What could not be reported is counted, so that it isn't lost without a trace. */
    private void lost(@Nullable Object event, @Nullable Throwable why) {
        if (event instanceof Task task) {
            failed.addAndGet(task.reports);
        } else if (event instanceof Tracker tracker) {
            failed(tracker);
        }
        inHand = null;
        if (why != null) {
            engine.failures.internal("a report", why);
        }
    }

    /** From any thread: it is counted as leaked, and its report as one that failed, unless it was made or is not due. */
    void failed(Tracker tracker) {
        if (tracker.isCollected() && !tracker.has(Tracker.SETTLED | Tracker.NO_LEAK)) {
            count(tracker, LeakCause.COLLECTED);
            failed.incrementAndGet();
            tracker.set(Tracker.SETTLED);
            tracker.letGo();
        }
    }

    private void runDue(long now) {
        Timed next = delayed.peek();
        while (next != null && next.due - now <= 0) {
            delayed.poll();
            handle(next.task);
            next = delayed.peek();
        }
    }

    /** Has a task run on this thread after a delay; at once if too many wait. Called on this thread only. */
    private void later(long delayNanos, Task task) {
        if (stopping || delayNanos <= 0 || delayed.size() >= MAX_DELAYED) {
            task.body.run();
        } else {
            delayed.add(new Timed(clock.nanos() + delayNanos, task));
        }
    }

    /** Has a report made once a grace is over; drops and counts it if too many wait: too early would be a false one. */
    void afterGrace(long graceNanos, int leaks, Runnable report) {
        if (graceNanos <= 0 || stopping) {
            report.run();
        } else if (delayed.size() >= MAX_DELAYED) {
            dropped.addAndGet(leaks);
        } else {
            delayed.add(new Timed(clock.nanos() + graceNanos, new Task(leaks, report)));
        }
    }

    private void finish() {
        try {
            reportAllThatWaits();
        } finally {
            stopped = true;
        }
        // What came in the moment before: from now on nothing is taken.
        for (Object event = queue.poll(); event != null; event = queue.poll()) {
            handle(event);
        }
        reportAllThatWaits();
    }

    private void reportAllThatWaits() {
        for (Timed next = delayed.poll(); next != null; next = delayed.poll()) {
            handle(next.task);
        }
        // What waited for the rate limit: not more than it lets through in a minute, or the log would be flooded at the
        // end.
        int most = settings.reportsPerMinute();
        for (SiteEntry entry : waiting) {
            if (most > 0 && entry.isWaiting()) {
                most--;
                emit(entry, clock.nanos());
            } else if (entry.isWaiting()) {
                rateLimited.incrementAndGet();
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
        engine.tick(now);
    }

    /** Turns the stacks of what has been open for a while into shared elements, which need a fraction of the memory. */
    private void compact(long now) {
        Tracker[] batch = new Tracker[64];
        long start = System.nanoTime();
        long budget = tickNanos() / COMPACT_SHARE;
        for (Shard shard : engine.shards()) {
            int n;
            do {
                n = shard.nextAged(batch, now - engine.growth().ageNanos());
                for (int i = 0; i < n; i++) {
                    Tracker t = batch[i];
                    if (t.stack instanceof CreationStack) {
                        explain(t);
                    }
                    engine.growth().count(t);
                }
            } while (n == batch.length && System.nanoTime() - start < budget);
        }
    }

    // ------------------------------------------------------------------------------------------------- causes

    private void collected(Tracker tracker) {
        if (Probes.isClosed(tracker.delegate)) {
            engine.closedBehind(tracker);
            return;
        }
        joinParts(tracker, 0);
        if (tracker.hasOpenParent()) {
            // Both may have been collected by one GC, and this one came first; or the parent's close will end it.
            Runnable judge = () -> judgeChild(tracker, clock.nanos());
            later(Math.max(PARENT_WAIT_NANOS, Probes.parentGraceNanos(tracker.delegate)), new Task(0, judge));
        } else {
            collectedChild(tracker);
        }
    }

    private void judgeChild(Tracker tracker, long since) {
        try {
            if (Probes.isClosed(tracker.delegate)) {
                engine.closedBehind(tracker);
            } else if (tracker.hasParentInQueue()
                    && clock.nanos() - since < MAX_QUEUE_WAIT_NANOS
                    && !stopping
                    && delayed.size() < MAX_DELAYED) {
                later(PARENT_WAIT_NANOS, new Task(0, () -> judgeChild(tracker, since)));
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
            engine.closedBehind(tracker);
            return;
        }
        count(tracker, LeakCause.COLLECTED);
        if (tracker.isPartOfParentsLeak() || tracker.has(Tracker.IN_PARENTS_REPORT)) {
            reclaim(tracker, null);
            return; // part of the root's report
        }
        if (tracker.has(Tracker.ESCAPED)) {
            reclaim(tracker, null);
            tracker.letGo();
            return; // reported when its scope ended: one leak, one report
        }
        joinChildren(tracker);
        reclaim(tracker, outcome -> report(tracker, LeakCause.COLLECTED, outcome, before(tracker)));
    }

    private static String before(Tracker tracker) {
        return tracker.has(Tracker.OVERDUE) ? "was reported before as " + LeakCause.OVERDUE.text() : "";
    }

    private static String atCollection(ResourceKind kind) {
        return kind == ResourceKind.SCOPE
                ? "the guard ended it; what it left open is reported only if it is collected"
                : kind.atCollection().text();
    }

    private interface Outcome {
        void is(String text);
    }

    private void reclaim(Tracker tracker, @Nullable Outcome then) {
        AutoCloseable delegate = tracker.delegate;
        if (!settings.reclaim() || delegate == null || delegate instanceof ScopeImpl) {
            if (then != null) {
                then.is(atCollection(tracker.kind.kind));
            }
            return;
        }
        tracker.delegate = null;
        reclaimer.reclaim(
                delegate,
                text -> {
                    if (then != null) {
                        offer(1, () -> then.is(text));
                    }
                },
                stopping);
    }

    /** Counts a proven leak, once. */
    private static void count(Tracker tracker, LeakCause cause) {
        if (tracker.set(Tracker.COUNTED)) {
            tracker.kind.leaked.incrementAndGet();
            tracker.kind.count(cause);
        }
    }

    /** A resource that is still open after its scope has ended, and after the grace. */
    void escaped(Tracker tracker, ScopeImpl from) {
        try {
            judgeEscaped(tracker, from);
        } catch (Throwable t) {
            failed.incrementAndGet(); // the others of this scope shall be told
            engine.failures.internal("a report", t);
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
    void forgotten(Tracker scope) {
        reportOpen(
                scope,
                LeakCause.ESCAPED_SCOPE,
                Tracker.ESCAPED,
                child -> false,
                "the task that opened this scope ended without closing it, and the guard ended it:"
                        + " open it in a try-with-resources statement",
                List.of());
    }

    /** A resource that has been open longer than its limit. */
    void overdue(Tracker tracker, long now, Map<Long, List<StackTraceElement>> threads) {
        Duration limit = engine.limit(tracker);
        if (limit == null) {
            return; // it has just been handed off
        }
        String whose = Engine.limitOfScope(tracker) != null ? " set by its scope" : " for " + tracker.kind.kind;
        List<StackTraceElement> threadNow =
                threads.computeIfAbsent(tracker.threadId, id -> Jvm.stackOf(id, MAX_STACK_NOW));
        reportOpen(
                tracker,
                LeakCause.OVERDUE,
                Tracker.OVERDUE,
                child -> engine.isOverdue(child, now),
                "limit " + Text.duration(limit) + whose
                        + (threadNow.isEmpty() ? " · the thread that opened it has ended, or is virtual" : ""),
                threadNow);
    }

    /** A resource that was ended, but not by its owner. */
    void closedLate(Tracker tracker, String why) {
        report(tracker, LeakCause.OVERDUE, "closed by then", why);
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
                count(tracker, cause);
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

    /** More and more of one site are open. */
    void growing(OpenCounts counts, TrendTest.Result trend, int capacity) {
        StackInfo info = counts.exemplar;
        List<StackTraceElement> frames = info != null ? info.frames : List.of();
        if (suppressions.matches(counts.kind.name(), frames)) {
            suppressed.incrementAndGet();
            return;
        }
        Tracker[] oldest = new Tracker[1];
        long now = clock.nanos();
        engine.forEachOpen(t -> {
            if (t.kind.kind == counts.kind
                    && engine.growth().isLongOpen(t, now)
                    && (info == null
                            ? !(t.stack instanceof StackInfo)
                            : t.stack instanceof StackInfo i && Objects.equals(i.site, info.site))
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
                "%d are open from here, %s more; %s",
                counts.count(),
                perHour >= 10
                        ? String.format(Locale.ROOT, "each hour %.0f", perHour)
                        : String.format(Locale.ROOT, "each day %.1f", perHour * 24),
                forecast(trend.forecastNanos(), capacity));
        reportGrowing(exemplar, detail);
    }

    /** An adapter has seen that more and more are open of what it knows to belong together. */
    void growing(Tracker exemplar, String detail) {
        if (exemplar.isOpen()) {
            reportGrowing(exemplar, detail);
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

    void overAllocated(ScopeUsage usage, long limit) {
        if (!allocationBudget.tryTake(clock.nanos())) {
            rateLimited.incrementAndGet();
            return;
        }
        dispatch(listener -> listener.onAllocation(usage, limit));
    }

    void pressure(PressureReport report) {
        dispatch(listener -> listener.onPressure(report));
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
    void lateRelease(ReportImpl report, Duration openFor) {
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
        StackInfo info = explain(t);
        List<StackTraceElement> frames = info != null ? info.frames : List.of();
        if (suppressions.matches(t.kind.kind.name(), frames)) {
            suppressed.incrementAndGet();
            return null;
        }
        boolean escalated = t.kind.isEscalated(now);
        if (info == null) {
            t.kind.escalate(now);
        }
        ScopeImpl scope = t.scope;
        SpanContext span = Engine.spanOf(t);
        long openNanos = Math.max(0, now - t.openedNanos);
        List<LeakReport.Child> children = new ArrayList<>();
        long childCount = children(t, children, 0);
        List<LeakReport.Touch> touches = new ArrayList<>();
        for (Tracker.TouchRecord touch : t.touches()) {
            CreationStack where = touch.stack();
            touches.add(new LeakReport.Touch(
                    text(touch.hint()),
                    touch.threadName(),
                    Instant.ofEpochMilli(wallNow - TimeUnit.NANOSECONDS.toMillis(now - touch.nanos())),
                    where == null ? List.of() : siteFinder.explain(where.getStackTrace(), "").frames));
        }
        return new ReportImpl(
                cause,
                t.kind.kind,
                text(t.description),
                info != null ? info.site : null,
                info != null ? info.siteText : whyNoStack(t.kind, escalated),
                frames,
                1,
                1,
                t.threadLabel(),
                t.threadId,
                threadNow,
                Instant.ofEpochMilli(wallNow - TimeUnit.NANOSECONDS.toMillis(openNanos)),
                Instant.ofEpochMilli(wallNow),
                Duration.ofNanos(openNanos),
                scope == null ? List.of() : scope.path(),
                engine.attributesOf(t),
                span == null ? SpanContext.getInvalid() : span,
                List.copyOf(touches),
                t.touchCount(),
                List.copyOf(children),
                childCount,
                outcome,
                detail,
                new Delivery());
    }

    private String whyNoStack(KindState kind, boolean escalated) {
        String why = "no creation stack: the capture budget (" + engine.capture() + ") was used up";
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
                StackInfo info = explain(child);
                into.add(new LeakReport.Child(
                        child.kind.kind, text(child.description), info != null ? info.siteText : "no creation stack"));
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

    /** The stack as shared elements; null if none was captured. */
    @Nullable
    StackInfo explain(Tracker tracker) {
        Object stack = tracker.stack;
        if (stack instanceof StackInfo info) {
            return info;
        }
        if (!(stack instanceof CreationStack captured)) {
            return null;
        }
        StackInfo info = intern(captured.getStackTrace(), tracker.handleClass);
        tracker.stack = info;
        if (tracker.isClosed()) {
            tracker.stack = null; // closed meanwhile: it holds nothing
        }
        return info;
    }

    private StackInfo intern(StackTraceElement[] raw, String handleClass) {
        return caches().stacks()
                .get(new StackKey(Arrays.asList(raw), handleClass), key -> siteFinder.explain(raw, handleClass));
    }

    /** Asks user code for a text; whatever it does, there is a text. */
    static String text(@Nullable Object value) {
        try {
            Object v = value instanceof Supplier<?> supplier ? supplier.get() : value;
            if (v == null) {
                return "";
            }
            return Text.safe(v instanceof WeakHint hint ? hint.text() : String.valueOf(v), MAX_DESCRIPTION);
        } catch (Throwable t) {
            return "(its description failed: " + t.getClass().getName() + ")";
        }
    }

    // ------------------------------------------------------------------------------------------------- giving out

    /** Counts a leak at its site, and reports the site if it is due. */
    private void admit(ReportImpl report, KindState kind) {
        long now = clock.nanos();
        if (report.cause().confidence() != LeakCause.Confidence.PROVEN) {
            kind.count(report.cause()); // the proven ones are counted by resource
        }
        SiteEntry.Key key =
                new SiteEntry.Key(report.cause(), kind.kind, report.siteFrame() == null ? "" : report.siteFrame() + "");
        SiteEntry entry = Objects.requireNonNull(caches().sites().get(key, SiteEntry::new));
        entry.count(report);
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
