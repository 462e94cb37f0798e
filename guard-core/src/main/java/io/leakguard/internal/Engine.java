package io.leakguard.internal;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.GuardedResource;
import io.leakguard.HoldDurations;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.PooledTracker;
import io.leakguard.PressureReport;
import io.leakguard.RecentResources;
import io.leakguard.ResourceKind;
import io.leakguard.ResourceProbe;
import io.leakguard.ScopeOptions;
import io.leakguard.ScopeUsage;
import io.leakguard.SiteLeaks;
import io.leakguard.Suppression;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One guard's registry and hot path. {@code track} and {@code close} allocate the tracker, and maybe a stack. */
public final class Engine {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    final Clock clock;
    final ContextLoaders contextLoaders = new ContextLoaders();
    /** First of all fields: the others are given it. */
    final Failures failures = new Failures();

    private final Config.Settings settings;
    private final Shard[] shards;
    private final PooledRecords pooled = new PooledRecords();
    /** Also the lock of their counts. */
    private final List<Recents> recents = new CopyOnWriteArrayList<>();

    private final CollectedQueue collected;
    private final int shardShift;
    private final TokenBucket sharedBudget;
    private final Reporter reporter;
    private final boolean trace;
    private final Scopes scopes;
    private final TopScopes topScopes = new TopScopes();
    private final OverdueSweep overdue;
    private final Growth growth;
    private final OpeningClock openingClock;
    private final @Nullable Thread shutdownHook;
    private final Runnable signalOff;
    /** Null if there is none, so that they cost nothing then. */
    private final @Nullable ContextProviders contexts;

    private final @Nullable Supplier<? extends @Nullable LeakScope> defaultScope;

    private volatile CaptureBudget capture;
    private volatile int holdReaders;

    private volatile @Nullable KindState[] kinds = new KindState[32];

    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;
    private final List<Runnable> closeActions = new CopyOnWriteArrayList<>();
    private volatile Runnable page = () -> {};

    public Engine(Config.Settings settings) {
        this.settings = settings;
        contextLoaders.saw(Thread.currentThread()); // an application server's thread has the application's
        this.clock = settings.clock();
        this.trace = settings.trace();
        this.capture = settings.capture();
        this.sharedBudget = new TokenBucket(
                settings.capture().stacksPerSecond(), java.util.concurrent.TimeUnit.SECONDS.toNanos(1), clock.nanos());
        int count = shardCount(Runtime.getRuntime().availableProcessors());
        this.shardShift = Long.numberOfLeadingZeros(count - 1L);
        this.shards = new Shard[count];
        for (int i = 0; i < count; i++) {
            shards[i] = new Shard(this);
        }
        this.collected = new CollectedQueue(this, "leakguard-cleaner-" + settings.name());
        this.scopes = new Scopes(settings.inheritScopes());
        this.defaultScope = settings.defaultScope();
        this.reporter = new Reporter(this, settings);
        this.overdue = new OverdueSweep(this, reporter, settings.overdue());
        this.growth = new Growth(reporter, settings);
        this.openingClock =
                new OpeningClock(clock, "leakguard-clock-" + settings.name(), task -> reporter.offer(0, task));
        this.contexts = settings.contexts().isEmpty()
                ? null
                : new ContextProviders(settings.contexts(), failures);
        // Before any of our threads runs, since the signal may turn out to be taken.
        this.signalOff =
                settings.dumpSignal().isEmpty() ? () -> {} : Signals.on(settings.dumpSignal(), this::signalled);
        reporter.start();
        collected.start();
        this.shutdownHook =
                settings.shutdownHook() ? Threads.daemon(this::close, "leakguard-shutdown-" + name()) : null;
        if (shutdownHook != null) {
            try {
                Runtime.getRuntime().addShutdownHook(shutdownHook);
            } catch (IllegalStateException e) {
                LOG.warn("the process is ending already: what is open at its end will not be reported");
            }
        }
    }

    /** A power of two, from 4 to 256, at or above twice the number of processors if it can. */
    static int shardCount(int processors) {
        return Integer.highestOneBit(Math.max(4, Math.min(256, 2 * processors)) - 1) << 1;
    }

    // ------------------------------------------------------------------------------------------------- hot path

    /**
     * The stack is captured here, as near to the application as can be: each frame of ours takes of the 32 that HotSpot
     * keeps in one piece.
     */
    public LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate) {
        if (closed || handle == null) {
            return NoTracker.INSTANCE;
        }
        try {
            long now = openingNanos();
            KindState state = kindState(kind);
            CreationStack stack = state.admit(now, isPeak()) ? new CreationStack() : null;
            return track(handle, state, description, parent, delegate, null, stack, now);
        } catch (Throwable t) {
            failures.internal("tracking a resource", t);
            return NoTracker.INSTANCE;
        }
    }

    /** {@code openedBy} has the creation stack. */
    public LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            Throwable openedBy) {
        if (closed || handle == null) {
            return NoTracker.INSTANCE;
        }
        try {
            CreationStack stack = CreationStack.of(openedBy);
            return track(handle, kindState(kind), description, parent, delegate, null, stack, openingNanos());
        } catch (Throwable t) {
            failures.internal("tracking a resource", t);
            return NoTracker.INSTANCE;
        }
    }

    /** What it throws costs the resource its scope, no more. */
    private @Nullable ScopeImpl scopeByDefault(Supplier<? extends @Nullable LeakScope> asked) {
        try {
            return asked.get() instanceof ScopeHandle h
                            && h.scope().engine == this
                            && h.scope().isOpen()
                    ? h.scope()
                    : null;
        } catch (Throwable t) {
            failures.internal("asking for the default scope", t);
            return null;
        }
    }

    /** When what is opened now is opened: exact if durations are asked for. */
    long openingNanos() {
        return holdReaders == 0 ? openingClock.nanos() : clock.nanos();
    }

    /** Very many resources are opened: more than 50,000 a second. */
    boolean isPeak() {
        return openingClock.isPeak();
    }

    private LeakTracker track(
            Object handle,
            KindState state,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            @Nullable ScopeImpl opened,
            @Nullable CreationStack stack,
            long now) {
        Tracker tracked = null;
        try {
            Thread thread = Thread.currentThread();
            if (stack != null) {
                contextLoaders.saw(thread);
            }
            Tracker parentTracker = parent instanceof Tracker p
                            && p.shard.engine == this
                            && p.isOpen()
                            && !(p instanceof PooledRecord) // it does not know when its children end
                    ? p
                    : null;
            ScopeImpl scope = opened != null ? opened.parent : scopes.current();
            if (scope == null && parentTracker != null) {
                ScopeImpl around = parentTracker.scope; // on a thread of no scope it belongs where its parent does
                scope = around != null && around.isOpen() ? around : null;
            }
            if (scope == null && defaultScope != null && opened == null) {
                scope = scopeByDefault(defaultScope);
            }
            SpanContext span = trace ? currentSpan() : null;
            Object origin = span;
            if (contexts != null) {
                @Nullable Object @Nullable [] captured = contexts.capture();
                if (captured != null) {
                    origin = new Origin(span, captured);
                }
            }
            Shard shard = shardOf(thread);
            Object keptDescription = description == null || description instanceof String
                    ? description
                    : keepDescription(description, handle);
            Tracker tracker = new Tracker(
                    handle,
                    collected.references,
                    shard,
                    state,
                    keptDescription,
                    stack,
                    now,
                    thread,
                    handle.getClass().getName(),
                    parentTracker,
                    delegate == handle ? null : delegate,
                    origin,
                    scope);
            if (!shard.add(tracker, state.index, stack != null)) {
                return NoTracker.INSTANCE;
            }
            tracked = tracker;
            if (parentTracker != null) {
                parentTracker.addChild(tracker);
            }
            if (scope != null) {
                scope.add(tracker);
            }
            return tracker;
        } catch (Throwable t) {
            failures.internal("tracking a resource", t);
            return tracked != null ? tracked : NoTracker.INSTANCE;
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    private static @Nullable Object keepDescription(Object description, Object handle) {
        // A supplier must be held: nobody else does. Everything else may belong to somebody.
        return description instanceof Supplier<?> && description != handle ? description : WeakHint.keep(description);
    }

    static @Nullable SpanContext currentSpan() {
        Span span = Span.fromContextOrNull(Context.current());
        if (span == null) {
            return null;
        }
        SpanContext context = span.getSpanContext();
        return context.isValid() ? context : null;
    }

    /** Multiplying by the golden ratio puts threads that follow each other far apart in the upper bits. */
    private Shard shardOf(Thread thread) {
        return shards[(int) ((Threads.id(thread) * 0x9E3779B97F4A7C15L) >>> shardShift)];
    }

    private KindState kindState(@Nullable ResourceKind given) {
        ResourceKind kind = given == null ? ResourceKind.CLOSEABLE : given;
        @Nullable KindState[] all = kinds;
        int index = kind.index();
        KindState state = index < all.length ? all[index] : null;
        return state != null ? state : newKindState(kind);
    }

    private synchronized KindState newKindState(ResourceKind kind) {
        @Nullable KindState[] all = kinds;
        int index = kind.index();
        KindState state = index < all.length ? all[index] : null;
        if (state == null) {
            state = new KindState(
                    kind,
                    capture,
                    sharedBudget,
                    settings.escalation().toNanos(),
                    settings.overdue().of(kind) != null,
                    clock.nanos());
            @Nullable KindState[] copy = Arrays.copyOf(all, Math.max(all.length, index + 1));
            copy[index] = state;
            kinds = copy;
        }
        return state;
    }

    /** Null if it has to be tracked as others are. */
    public @Nullable PooledTracker trackPooled(
            @Nullable Object handle, @Nullable ResourceKind kind, @Nullable Object description, ResourceProbe probe) {
        if (closed || handle == null) {
            return null;
        }
        try {
            KindState state = kindState(kind);
            long now = openingNanos();
            if (recordsAll(state, now)) {
                return null;
            }
            Opened opening = new Opened(now, Thread.currentThread(), trace ? currentSpan() : null, null);
            return record(handle, state, description, probe, opening, false);
        } catch (Throwable t) {
            failures.internal("tracking an object of a pool", t);
            return null;
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    /** Of what {@link Recents} have counted as opened; also while the guard is closing. */
    public @Nullable PooledTracker trackPooled(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            ResourceProbe probe,
            RecentResources.Opening opening) {
        if (handle == null || !(opening instanceof Opened opened)) {
            return null;
        }
        try {
            return record(handle, kindState(kind), description, probe, opened, true);
        } catch (Throwable t) {
            failures.internal("tracking a resource that was opened a moment ago", t);
            return null;
        } finally {
            Reference.reachabilityFence(handle);
        }
    }

    private @Nullable PooledTracker record(
            Object handle,
            KindState state,
            @Nullable Object description,
            ResourceProbe probe,
            Opened opening,
            boolean countedBefore) {
        PooledRecord record = new PooledRecord(
                handle,
                collected.references,
                shardOf(opening.thread),
                state,
                description == null || description instanceof String
                        ? description
                        : keepDescription(description, handle),
                opening,
                countedBefore,
                probe);
        return pooled.add(record) ? record : null;
    }

    public RecentResources trackRecent(@Nullable ResourceKind kind, RecentResources.Owner owner) {
        Recents added = new Recents(this, kindState(kind), owner, trace);
        recents.add(added);
        return added;
    }

    List<Recents> recents() {
        return recents;
    }

    /** What is held only because it was opened a moment ago shall be where everything else is. */
    private void settleRecents() {
        for (Recents all : recents) {
            all.settle();
        }
    }

    private PooledSums pooledSums() {
        synchronized (recents) {
            settleRecents(); // first, so that little of it is left to be asked
            PooledSums sums = pooled.sums();
            for (Recents all : recents) {
                all.addTo(sums);
            }
            return sums;
        }
    }

    OpeningClock openingClock() {
        return openingClock;
    }

    /** An object of a pool is handed out again; false if it has to be tracked as others are. */
    boolean handedOut(PooledRecord record, @Nullable Object handle) {
        try {
            long now = openingNanos();
            if (handle == null || !record.isRecording() || recordsAll(record.kind, now)) {
                record.close();
                return false;
            }
            record.out(now, Thread.currentThread(), trace ? currentSpan() : null, null);
            return true;
        } catch (Throwable t) {
            failures.internal("tracking an object of a pool", t);
            record.close(); // something else tracks it now
            return false;
        }
    }

    /** What a scope, an application's attributes or a duration needs to know is known only to a tracker that is told of the end. */
    private boolean recordsAll(KindState state, long now) {
        return wantsTrackers() || state.recordsAll(now, isPeak());
    }

    boolean wantsTrackers() {
        return closed || contexts != null || defaultScope != null || holdReaders > 0 || scopes.current() != null;
    }

    PooledRecords pooled() {
        return pooled;
    }

    public LeakScope openScope(String name, ScopeOptions options) {
        try {
            if (closed) {
                return new NoScope(name);
            }
            if (options.isRoot()) {
                scopes.forgetBefore();
            }
            ScopeImpl scope =
                    new ScopeImpl(this, String.valueOf(name), options.isRoot() ? null : scopes.current(), options);
            overdue.use(options);
            ScopeHandle handle = new ScopeHandle(scope);
            scopes.open(scope);
            return handle;
        } catch (Throwable t) {
            failures.internal("opening a scope", t);
            return new NoScope(name);
        }
    }

    public LeakScope openDetachedScope(String name, @Nullable LeakScope parent, ScopeOptions options) {
        try {
            if (closed) {
                return new NoScope(name);
            }
            ScopeImpl around = parent instanceof ScopeHandle h && h.scope().engine == this ? h.scope() : null;
            ScopeImpl scope =
                    new ScopeImpl(this, String.valueOf(name), around == null ? null : around.openAncestor(), options);
            overdue.use(options);
            return new ScopeHandle(scope);
        } catch (Throwable t) {
            failures.internal("opening a scope", t);
            return new NoScope(name);
        }
    }

    LeakTracker trackScope(ScopeHandle handle, ScopeImpl scope) {
        KindState state = kindState(ResourceKind.SCOPE);
        CreationStack stack = state.admit(scope.openedNanos, isPeak()) ? new CreationStack() : null;
        LeakTracker tracker = track(handle, state, scope.name, null, scope, scope, stack, scope.openedNanos);
        scope.tracker = tracker instanceof Tracker t ? t : null;
        return tracker;
    }

    // ------------------------------------------------------------------------------------------------- ends

    /** A tracker with children, or one that was reported while it was open, was closed. */
    void closed(Tracker tracker, int before) {
        for (Tracker child : tracker.children()) {
            child.close();
        }
        if ((before & (Tracker.ESCAPED | Tracker.OVERDUE)) != 0) {
            ReportImpl report = tracker.report();
            if (report != null) {
                Duration openFor = tracker.age();
                reporter.offer(1, () -> reporter.lateRelease(report, openFor));
            }
        }
        growth.ended(tracker);
    }

    /** On the thread of what is collected: pass it on, never run anything of the application's here. */
    void collected(Tracker tracker) {
        boolean offered = false;
        try {
            growth.ended(tracker);
            if (tracker.delegate instanceof ScopeImpl scope) {
                scope.abandon();
            }
        } finally {
            offered = reporter.offer(tracker);
        }
        if (!offered) {
            tracker.letGo();
        }
    }

    /** What was done with a collected one broke off, nobody knows where. */
    void failed(Tracker tracker) {
        reporter.failed(tracker);
    }

    /** The stack of a tracked resource as elements, on whatever thread. */
    @Nullable
    StackInfo explained(Tracker tracker) {
        try {
            return reporter.explain(tracker);
        } catch (Throwable t) {
            failures.internal("a creation stack", t);
            return null;
        }
    }

    /** It was ended by something else than its owner, who should have done so before. */
    void closedLate(Tracker tracker, String why) {
        if (!reporter.offer(1, () -> reporter.closedLate(tracker, why))) {
            tracker.letGo();
        }
    }

    /** A collected handle's resource had been closed directly: no leak. */
    void closedBehind(Tracker tracker) {
        tracker.shard.collectedWasClosed(tracker.kind.index);
        tracker.set(Tracker.NO_LEAK);
        tracker.letGo();
    }

    /** Open when their scope ended: leaks, but for those that are closed within the grace. */
    void escaped(Tracker[] trackers, ScopeImpl scope) {
        afterGrace(scope, trackers.length, () -> {
            for (Tracker tracker : trackers) {
                reporter.escaped(tracker, scope);
            }
        });
    }

    /** The task that opened a scope has ended, and the scope has not. Another thread may still close it in the grace. */
    void forgotten(Tracker scopeTracker, ScopeImpl scope) {
        afterGrace(scope, 1, () -> reporter.forgotten(scopeTracker));
    }

    private void afterGrace(ScopeImpl scope, int leaks, Runnable report) {
        Duration own = scope.options.grace();
        long grace = (own != null ? own : settings.scopeGrace()).toNanos();
        reporter.offer(leaks, () -> reporter.afterGrace(grace, leaks, report));
    }

    /** A scope that measures allocation has ended; below zero is unknown. */
    void scopeMeasured(ScopeImpl scope, long allocated) {
        topScopes.ended(scope, allocated);
        long limit = scope.options.maxAllocated();
        if (limit > 0 && allocated > limit) {
            ScopeUsage usage = scope.usage();
            reporter.offer(1, () -> reporter.overAllocated(usage, limit));
        }
    }

    void tick(long now) {
        revive();
        overdue.sweep(now);
        for (Recents all : recents) {
            all.tick();
        }
        growth.sample(now, pooled);
    }

    /** How long a resource may stay open by its scope; null if that says nothing. */
    static @Nullable Duration limitOfScope(Tracker tracker) {
        ScopeImpl scope = tracker.delegate instanceof ScopeImpl itself ? itself : tracker.scope;
        return scope == null ? null : scope.limit(tracker.kind.kind);
    }

    /** How long a resource may stay open; null for no limit. */
    @Nullable
    Duration limit(Tracker tracker) {
        Duration own = limitOfScope(tracker);
        return own != null ? own : settings.overdue().of(tracker.kind.kind);
    }

    /** Tells whether a resource is open for longer than it may be. */
    boolean isOverdue(Tracker tracker, long now) {
        Duration limit = tracker.isOpen() && !tracker.has(Tracker.KEPT) ? limit(tracker) : null;
        return limit != null && now - tracker.openedNanos > limit.toNanos();
    }

    Shard[] shards() {
        return shards;
    }

    Growth growth() {
        return growth;
    }

    Scopes scopes() {
        return scopes;
    }

    // ------------------------------------------------------------------------------------------------- control

    public boolean isClosed() {
        return closed;
    }

    public String name() {
        return settings.name();
    }

    public LeakListener.Registration addListener(LeakListener listener) {
        return reporter.addListener(listener);
    }

    /** Has something written at the dump signal, and at the end when all has been told to the listeners. */
    public void onPage(Runnable writer) {
        page = writer;
    }

    private void writePage() {
        failures.runQuietly("writing the report", page);
    }

    public List<SiteLeaks> leaks() {
        return reporter.leaks();
    }

    public boolean isApplicationFrame(StackTraceElement frame) {
        return reporter.isApplicationFrame(frame);
    }

    public List<Suppression.Use> suppressions() {
        return reporter.suppressions().uses();
    }

    /** What has been killed can't come back by itself if both threads were. */
    private void revive() {
        if (!closed) {
            try {
                collected.start();
                reporter.revive();
            } catch (Throwable t) {
                failures.internal("starting a thread", t); // for want of memory; the next call tries again
            }
        }
    }

    public boolean flush(Duration timeout) {
        revive();
        return reporter.flush(timeout);
    }

    /**
     * Runs the garbage collector until an object that nobody holds has come out of the queue, twice. References of one
     * collection are put into it in no order; those of the next come after all of them. The newest is taken out first, so
     * only an empty queue means that all has been.
     */
    public boolean awaitCollection(Duration timeout) {
        long deadline = System.nanoTime() + Math.min(timeout.toNanos(), TimeUnit.DAYS.toNanos(1));
        try {
            for (int pass = 0; pass < 2; pass++) {
                settleRecents();
                if (closed || !collected.collect(deadline)) {
                    return false;
                }
            }
            return collected.awaitEmpty(deadline) && flush(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public CaptureBudget capture() {
        return capture;
    }

    public synchronized void capture(CaptureBudget budget) {
        long now = clock.nanos();
        capture = budget;
        sharedBudget.rate(budget.stacksPerSecond(), TimeUnit.SECONDS.toNanos(1), now);
        for (KindState kind : kinds) {
            if (kind != null) {
                kind.capture(budget, now);
            }
        }
    }

    /** The reporter keeps the sites; it forgets them before it takes the next leak. */
    public void forgetLeaks() {
        reporter.forgetSites();
    }

    boolean countsHolds() {
        return holdReaders > 0;
    }

    public HoldDurations holdDurations() {
        if (!settings.holdDurations() || closed) {
            return new NoHoldDurations();
        }
        synchronized (this) {
            holdReaders++;
        }
        return new HoldReader(this);
    }

    synchronized void holdReaderClosed() {
        holdReaders--;
    }

    long[][] heldSoFar() {
        long[][] sums = new long[0][];
        for (Shard shard : shards) {
            sums = shard.addHeldTo(sums);
        }
        return sums;
    }

    @Nullable
    KindState kind(int index) {
        @Nullable KindState[] all = kinds;
        return index < all.length ? all[index] : null;
    }

    /** The span and the attributes that a resource was opened with. */
    static @Nullable SpanContext spanOf(Tracker tracker) {
        Object origin = tracker.origin;
        return origin instanceof Origin o ? o.span : (SpanContext) origin;
    }

    Map<String, String> attributesOf(Tracker tracker) {
        ContextProviders c = contexts;
        Map<String, String> ofProviders =
                c != null && tracker.origin instanceof Origin o ? c.describe(o.captured) : Map.of();
        ScopeImpl scope = tracker.scope;
        Map<String, String> ofScopes = scope == null ? Map.of() : scope.allAttributes();
        if (ofProviders.isEmpty()) {
            return ofScopes;
        }
        ofProviders.putAll(ofScopes);
        return ofProviders;
    }

    public GuardStats stats() {
        revive();
        long[] sums = new long[0];
        for (Shard shard : shards) {
            sums = shard.addCountsTo(sums);
        }
        PooledSums ofPools = pooledSums();
        Map<ResourceKind, GuardStats.KindStats> byKind = new HashMap<>();
        long opened = 0;
        long closedCount = 0;
        long collected = 0;
        long leaked = 0;
        long captured = 0;
        for (KindState kind : kinds) {
            if (kind == null) {
                continue;
            }
            long kindOpened = Shard.count(sums, kind.index, Shard.OPENED) + ofPools.opened(kind.index);
            long kindClosed = Shard.count(sums, kind.index, Shard.CLOSED) + ofPools.closed(kind.index);
            long kindCollected = Shard.count(sums, kind.index, Shard.COLLECTED) + ofPools.collected(kind.index);
            long kindCaptured = Shard.count(sums, kind.index, Shard.CAPTURED) + kind.capturedRecent.get();
            long kindLeaked = kind.leaked.get();
            byKind.put(
                    kind.kind,
                    new GuardStats.KindStats(
                            kindOpened,
                            kindClosed,
                            kindCollected,
                            kindOpened - kindClosed - kindCollected,
                            kindLeaked,
                            kindCaptured,
                            kind.byCause()));
            opened += kindOpened;
            closedCount += kindClosed;
            collected += kindCollected;
            captured += kindCaptured;
            leaked += kindLeaked;
        }
        Map<GuardStats.DropReason, Long> droppedBy = reporter.droppedBy();
        return new GuardStats(
                opened,
                closedCount,
                collected,
                opened - closedCount - collected,
                leaked,
                captured,
                opened - captured,
                reporter.reported.get(),
                reporter.suppressed.get(),
                droppedBy.values().stream().mapToLong(Long::longValue).sum(),
                failures.listenerCount(),
                failures.internalCount(),
                byKind,
                droppedBy);
    }

    public OpenResources open() {
        return new Snapshot(this, reporter).take();
    }

    /** The list of what is open goes to the log, as a thread dump goes to the console. */
    public void dump() {
        LOG.info("LeakGuard {}: {}", name(), open().toText());
    }

    private void signalled() {
        dump();
        writePage();
    }

    public List<ScopeUsage> topScopes(boolean byAllocation, int n) {
        List<ScopeUsage> all = byAllocation ? topScopes.all() : new ArrayList<>();
        forEachOpen(tracker -> {
            if (tracker.delegate instanceof ScopeImpl scope) {
                all.add(scope.usage());
            }
        });
        Comparator<ScopeUsage> order = byAllocation
                ? Comparator.comparingLong(u -> u.allocatedBytes().orElse(-1))
                : Comparator.comparingInt(ScopeUsage::open);
        return all.stream().sorted(order.reversed()).limit(Math.max(0, n)).toList();
    }

    public Runnable propagate(Runnable task) {
        return scopes.in(scopes.current(), task);
    }

    public <V extends @Nullable Object> Callable<V> propagateCallable(Callable<V> task) {
        return scopes.in(scopes.current(), task);
    }

    public <V extends @Nullable Object> Supplier<V> propagateSupplier(Supplier<V> supplier) {
        return scopes.in(scopes.current(), supplier);
    }

    public <V extends @Nullable Object> CompletableFuture<V> propagate(CompletableFuture<V> future) {
        return ScopedFuture.of(scopes, future);
    }

    /** Walks what is open now. */
    void forEachOpen(Consumer<Tracker> action) {
        settleRecents();
        for (PooledRecord record : pooled.out()) {
            action.accept(record);
        }
        for (Shard shard : shards) {
            shard.forEach(tracker -> {
                if (tracker.isOpen()) {
                    action.accept(tracker);
                }
            });
        }
    }

    /** Has an action run when this is closed; at once if it is. */
    void onClose(Runnable action) {
        closeActions.add(action);
        if (closed && closeActions.remove(action)) {
            action.run();
        }
    }

    void forgetOnClose(Runnable action) {
        closeActions.remove(action);
    }

    /** Something runs out: for the listeners. */
    void pressure(PressureReport report) {
        reporter.offer(1, () -> reporter.pressure(report));
    }

    @Nullable
    StackInfo explain(Tracker tracker) {
        return reporter.explain(tracker);
    }

    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        closed = true;
        for (Runnable action : List.copyOf(closeActions)) {
            if (closeActions.remove(action)) {
                failures.runQuietly("ending a part of the guard", action);
            }
        }
        for (Shard shard : shards) {
            shard.shut();
        }
        for (Recents all : recents) {
            failures.runQuietly("what was opened lately", all::close);
        }
        pooled.shut();
        failures.runQuietly("giving up the signal", signalOff);
        failures.runQuietly("removing the shutdown hook", this::removeShutdownHook);
        failures.runQuietly("what was open at the end", this::tellWhatIsOpen);
        openingClock.stop();
        collected.stop();
        reporter.stop(CLOSE_TIMEOUT);
        writePage();
    }

    /** What is open stays usable; it is only no longer watched. Ended first: what is told as open here is told once. */
    private void tellWhatIsOpen() {
        List<Tracker> ended = new ArrayList<>();
        for (Shard shard : shards) {
            shard.forEach(tracker -> {
                if (tracker.shutDown()) {
                    ended.add(tracker);
                }
            });
        }
        for (PooledRecord record : pooled.all()) {
            boolean out = record.isOut();
            if (record.shutDown()) {
                pooled.forget(record, out);
                if (out) {
                    ended.add(record);
                } else {
                    record.letGo();
                }
            }
        }
        OpenResources open = new Snapshot(this, reporter).of(ended);
        if (open.total() > 0) {
            reporter.openAtShutdown(open);
        }
        for (Tracker tracker : ended) {
            if (tracker.delegate instanceof ScopeImpl scope) {
                scope.abandon();
            }
            tracker.shard.forget(tracker);
            tracker.letGo();
        }
    }

    private void removeShutdownHook() {
        if (shutdownHook != null && Thread.currentThread() != shutdownHook) {
            try {
                Runtime.getRuntime().removeShutdownHook(shutdownHook);
            } catch (IllegalStateException e) {
                // The process is ending: the hook runs already and finds the guard closed.
            }
        }
    }

    /** Something of ours failed. It is counted and logged; the application never sees it. */
    public void internalError(String doing, Throwable failure) {
        failures.internal(doing, failure);
    }

    static @Nullable Tracker trackerOf(Object resource) {
        LeakTracker tracker = resource instanceof GuardedResource guarded
                ? guarded.leakTracker()
                : resource instanceof LeakTracker t ? t : null;
        return tracker instanceof Tracker t ? t : null;
    }
}
