package io.leakguard.internal;

import io.leakguard.CaptureBudget;
import io.leakguard.Ending;
import io.leakguard.GuardStats;
import io.leakguard.HoldDurations;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.ScopeUsage;
import io.leakguard.SiteLeaks;
import io.leakguard.Suppression;
import io.leakguard.adapter.Polled;
import io.leakguard.adapter.Poller;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.config.Limits;
import io.leakguard.internal.config.Setting;
import io.leakguard.internal.config.Settings;
import io.leakguard.internal.config.Signals;
import io.leakguard.internal.detect.DelayedFindings;
import io.leakguard.internal.detect.Finding;
import io.leakguard.internal.detect.FindingLoop;
import io.leakguard.internal.detect.FindingQueue;
import io.leakguard.internal.detect.Growth;
import io.leakguard.internal.detect.HolderSearch;
import io.leakguard.internal.detect.Housekeeping;
import io.leakguard.internal.detect.LeakClassifier;
import io.leakguard.internal.detect.Listeners;
import io.leakguard.internal.detect.OpenLists;
import io.leakguard.internal.detect.OverdueSweep;
import io.leakguard.internal.detect.Patience;
import io.leakguard.internal.detect.Reclaimer;
import io.leakguard.internal.detect.ReportFactory;
import io.leakguard.internal.detect.ReportPacer;
import io.leakguard.internal.detect.Slf4jListener;
import io.leakguard.internal.detect.SuppressionList;
import io.leakguard.internal.detect.TopScopes;
import io.leakguard.internal.stack.BlameSkip;
import io.leakguard.internal.stack.CodeOrigins;
import io.leakguard.internal.stack.ContextLoaders;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.stack.SiteFinder;
import io.leakguard.internal.stack.StackTable;
import io.leakguard.internal.track.Abandonment;
import io.leakguard.internal.track.Admission;
import io.leakguard.internal.track.CollectedQueue;
import io.leakguard.internal.track.ContextProviders;
import io.leakguard.internal.track.Held;
import io.leakguard.internal.track.KindState;
import io.leakguard.internal.track.Kinds;
import io.leakguard.internal.track.LastLook;
import io.leakguard.internal.track.LastLooks;
import io.leakguard.internal.track.LongLived;
import io.leakguard.internal.track.NoHoldDurations;
import io.leakguard.internal.track.NoPolled;
import io.leakguard.internal.track.NoTracker;
import io.leakguard.internal.track.ObservedTable;
import io.leakguard.internal.track.OpeningClock;
import io.leakguard.internal.track.PolledResources;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.ScopeHandle;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.ScopedFuture;
import io.leakguard.internal.track.Scopes;
import io.leakguard.internal.track.Tracker;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine of a guard that tracks: makes its parts, passes on the calls, and ends the parts in order. */
public final class RunningEngine extends Engine {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final Clock clock;
    private final Failures failures = new Failures();
    private final Drops drops = new Drops();
    private final TopScopes topScopes = new TopScopes();
    private final FindingQueue findings;
    private final Kinds kinds;
    private final OpeningClock openingClock;
    private final Registry registry;
    private final LastLooks lastLooks;
    private final CollectedQueue collected;
    private final Scopes scopes;
    private final Admission admission;
    private final ScopeOpener scopeOpener;
    private final StackTable stacks;
    private final SuppressionList suppressions;
    private final Listeners listeners;
    private final ReportFactory reports;
    private final HolderSearch holders;
    private final OpenLists lists;
    private final ReportPacer pacer;
    private final Reclaimer reclaimer;
    private final FindingLoop loop;
    private final Totals totals;
    private final @Nullable ShutdownHook shutdownHook;
    private final Abandonment abandonment;
    private final Runnable signalOff;

    private final AtomicBoolean closing = new AtomicBoolean();
    private final List<Runnable> closeActions = new CopyOnWriteArrayList<>();
    private volatile Runnable page = () -> {};

    public RunningEngine(Settings settings) {
        this.settings = settings;
        ContextLoaders contextLoaders = new ContextLoaders();
        contextLoaders.saw(Thread.currentThread()); // an application server's thread has the application's
        this.clock = settings.clock();
        Limits limits = settings.get(Setting.OVERDUE);
        Growth growth = new Growth(settings);
        this.findings = new FindingQueue(settings.get(Setting.QUEUE_CAPACITY), growth, topScopes, drops);
        this.kinds = new Kinds(
                settings.get(Setting.CAPTURE),
                settings.get(Setting.ESCALATION),
                kind -> limits.of(kind) != null,
                clock);
        this.openingClock = new OpeningClock(clock, "leakguard-clock-" + settings.name(), findings::run);
        SiteFinder siteFinder = new SiteFinder(
                settings.get(Setting.APP_PACKAGES),
                new CodeOrigins(contextLoaders),
                new BlameSkip(settings.get(Setting.BLAME_SKIP)));
        this.stacks = new StackTable(siteFinder, settings.get(Setting.SITES_MAX));
        this.registry = new Registry(clock, failures, findings, stacks, kinds, openingClock);
        this.lastLooks = new LastLooks(clock, failures, "leakguard-finalizers-" + settings.name());
        this.collected = new CollectedQueue(failures, findings, "leakguard-cleaner-" + settings.name());
        this.scopes = new Scopes(settings.get(Setting.SCOPE_INHERIT));
        this.admission = new Admission(
                registry,
                scopes,
                collected.references,
                contextLoaders,
                settings.get(Setting.TRACE),
                settings.contexts().isEmpty() ? null : new ContextProviders(settings.contexts(), failures),
                settings.defaultScope());
        OverdueSweep overdue = new OverdueSweep(limits, clock);
        this.scopeOpener = new ScopeOpener(registry, scopes, kinds, admission, overdue, failures);
        this.suppressions = new SuppressionList(settings.get(Setting.SUPPRESSIONS));
        this.listeners = new Listeners(failures, drops, settings.name());
        this.reports = new ReportFactory(clock, kinds, siteFinder, suppressions);
        this.holders = new HolderSearch(registry, settings);
        this.lists = new OpenLists(registry, holders);
        this.pacer = new ReportPacer(clock, listeners, holders, findings, drops, settings);
        this.reclaimer = new Reclaimer(settings.name());
        DelayedFindings delayed = new DelayedFindings(clock);
        LeakClassifier classifier = new LeakClassifier(
                registry, findings, delayed, reports, pacer, listeners, reclaimer, overdue, growth, drops, settings);
        Warmup warmup = new Warmup(registry, siteFinder, suppressions);
        this.loop = new FindingLoop(
                findings,
                delayed,
                classifier,
                new Housekeeping(pacer, registry, overdue, growth, classifier, settings, this::tick),
                warmup::start,
                warmup::run,
                pacer::finish,
                drops,
                failures,
                settings);
        this.totals = new Totals(registry, drops, failures, pacer, reports);
        if (settings.get(Setting.LOG)) {
            listeners.add(new Slf4jListener());
        }
        settings.listeners().forEach(listeners::add);
        // Before any of our threads runs, since the signal may be taken already.
        this.signalOff = settings.get(Setting.DUMP_SIGNAL).isEmpty()
                ? () -> {}
                : Signals.on(settings.get(Setting.DUMP_SIGNAL), this::signalled);
        this.shutdownHook = settings.get(Setting.SHUTDOWN_HOOK)
                ? new ShutdownHook(name(), registry::openCount, settings.get(Setting.SHUTDOWN_WAIT), this::close)
                : null;
        this.abandonment = new Abandonment(name(), siteFinder, registry, collected.references, this::close);
        loop.start();
        collected.start();
        if (shutdownHook != null) {
            shutdownHook.register();
        }
    }

    /**
     * For objects that can open resources with the guard: as long as one holds this, the guard does not end by itself.
     */
    @Override
    public @Nullable Object life() {
        return abandonment.life();
    }

    /** For the guard's public face, once. */
    public @Nullable Object claimLife() {
        return abandonment.claim();
    }

    /** Each second, on the reporter's thread. */
    private void tick() {
        revive();
        if (shutdownHook != null) {
            shutdownHook.tick();
        }
        abandonment.tick();
        lastLooks.tick();
    }

    // ------------------------------------------------------------------------------------------------- hot path

    /**
     * Captures the stack here, as near to the application as possible: each frame of ours uses one of the 32 that
     * HotSpot keeps in one piece.
     */
    @Override
    public LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate) {
        if (admission.isClosed() || handle == null) {
            return NoTracker.INSTANCE;
        }
        try {
            long now = admission.openingNanos();
            KindState state = kinds.of(kind);
            CreationStack stack = state.admit(now, admission.isPeak()) ? new CreationStack() : null;
            AgentLink.wrapped(delegate != null ? delegate : handle);
            return admission.track(handle, state, description, parent, delegate, null, stack, now);
        } catch (Throwable t) {
            failures.internal("tracking a resource", t);
            return NoTracker.INSTANCE;
        }
    }

    /**
     * Tracks a resource that the application uses itself. Its holder keeps a {@link LastLook} of the result, which
     * finds the resource when nobody can reach it any more. Null if nothing is tracked.
     */
    @Override
    public @Nullable Held hold(
            Object resource,
            ResourceKind kind,
            @Nullable Object description,
            Held.Describer describer,
            Ending<Object, ?> ending) {
        if (admission.isClosed()) {
            return null;
        }
        try {
            long now = admission.openingNanos();
            KindState state = kinds.of(kind);
            CreationStack stack = state.admit(now, admission.isPeak()) ? new CreationStack() : null;
            AgentLink.wrapped(resource);
            Held held = new Held(lastLooks, resource, ending, describer);
            Object shown = description != null ? description : (Supplier<@Nullable Object>) held::describe;
            if (admission.track(resource, state, shown, null, held, null, stack, now) instanceof Tracker tracker) {
                held.trackedBy(tracker);
                return held;
            }
        } catch (Throwable t) {
            failures.internal("tracking a resource", t);
        } finally {
            Reference.reachabilityFence(resource);
        }
        return null;
    }

    /** Makes a table of the resources that hooks see. */
    ObservedTable observe(ObservedTable.Owners owners) {
        return new ObservedTable(admission, kinds, failures, owners);
    }

    /** {@code openedBy} has the creation stack. */
    @Override
    public LeakTracker track(
            @Nullable Object handle,
            @Nullable ResourceKind kind,
            @Nullable Object description,
            @Nullable LeakTracker parent,
            @Nullable AutoCloseable delegate,
            Throwable openedBy) {
        if (admission.isClosed() || handle == null) {
            return NoTracker.INSTANCE;
        }
        try {
            CreationStack stack = CreationStack.of(openedBy);
            long now = admission.openingNanos();
            AgentLink.wrapped(delegate != null ? delegate : handle);
            return admission.track(handle, kinds.of(kind), description, parent, delegate, null, stack, now);
        } catch (Throwable t) {
            failures.internal("tracking a resource", t);
            return NoTracker.INSTANCE;
        }
    }

    @Override
    public <T> Polled<T> polled(ResourceKind kind, Poller<? super T> poller) {
        if (admission.isClosed()) {
            return new NoPolled<>();
        }
        PolledResources<T> added = new PolledResources<>(admission, kinds.of(kind), poller);
        registry.polled().add(added);
        return added;
    }

    @Override
    public LeakScope openScope(String name, ScopeOptions options) {
        return scopeOpener.open(name, options);
    }

    @Override
    public LeakScope openDetachedScope(String name, @Nullable LeakScope parent, ScopeOptions options) {
        return scopeOpener.openDetached(name, parent, options);
    }

    @Override
    public Optional<LeakScope> currentScope() {
        ScopeImpl scope = scopes.current();
        return scope == null ? Optional.empty() : Optional.of(new ScopeHandle(scope, scopes));
    }

    // ------------------------------------------------------------------------------------------------- findings

    /** A resource is running out: passes the report to the listeners. */
    void pressure(PressureReport report) {
        findings.offer(new Finding.Pressure(report));
    }

    /** An adapter has seen a trend. */
    void rising(Tracker exemplar, String detail) {
        findings.offer(new Finding.Rising(exemplar, detail));
    }

    Registry registry() {
        return registry;
    }

    // ------------------------------------------------------------------------------------------------- control

    @Override
    public boolean isClosed() {
        return admission.isClosed();
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public LeakListener.Registration addListener(LeakListener listener) {
        return listeners.add(listener);
    }

    /** Sets the action that writes the page at the dump signal, and at the end after all listeners have been called. */
    public void onPage(Runnable writer) {
        page = writer;
    }

    private void writePage() {
        failures.runQuietly("writing the report", page);
    }

    @Override
    public List<SiteLeaks> leaks() {
        return pacer.leaks();
    }

    @Override
    public boolean isApplicationFrame(StackTraceElement frame) {
        return stacks.isBlamable(frame);
    }

    @Override
    public List<Suppression.Use> suppressions() {
        return suppressions.uses();
    }

    /** If both threads were killed, neither can restart the other. */
    private void revive() {
        if (!admission.isClosed()) {
            try {
                collected.start();
                loop.revive();
            } catch (Throwable t) {
                failures.internal("starting a thread", t); // for lack of memory; the next call tries again
            }
        }
    }

    @Override
    public boolean flush(Duration timeout) {
        revive();
        if (loop.isCurrentThread()) {
            return false;
        }
        long deadline = System.nanoTime() + Math.min(timeout.toNanos(), TimeUnit.DAYS.toNanos(1));
        Patience patience = new Patience(deadline, loop::isStopped);
        // Twice: reclaimed resources come back to the queue in between.
        for (int pass = 0; pass < 2; pass++) {
            if (!loop.flush(patience)) {
                return loop.isStopped();
            }
            if (!holders.flush(patience) || !reclaimer.flush(deadline)) {
                return false;
            }
        }
        return listeners.flush(patience);
    }

    /**
     * Runs the garbage collector until an object that nobody holds has come out of the queue, twice. The references of
     * one collection are enqueued in no order, those of the next after all of them. The newest is taken first, so only
     * an empty queue means that all were taken.
     */
    @Override
    public boolean awaitCollection(Duration timeout) {
        long deadline = System.nanoTime() + Math.min(timeout.toNanos(), TimeUnit.DAYS.toNanos(1));
        try {
            for (int pass = 0; pass < 2; pass++) {
                registry.settlePolled();
                if (admission.isClosed() || !collected.collect(deadline)) {
                    return false;
                }
                lastLooks.await(deadline);
            }
            return collected.awaitEmpty(deadline) && flush(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public CaptureBudget capture() {
        return kinds.capture();
    }

    @Override
    public void capture(CaptureBudget budget) {
        kinds.capture(budget);
    }

    /** Declares a resource long-lived. Returns true if it is open and this guard's. */
    @Override
    public boolean keep(Object resource, String reason) {
        return LongLived.keep(registry, resource, reason);
    }

    /** The loop's thread drops the leaks before it takes the next one. If the queue is full, this thread drops them. */
    @Override
    public void forgetLeaks() {
        if (!findings.run(pacer::forgetAll)) {
            pacer.forget();
        }
    }

    @Override
    public HoldDurations holdDurations() {
        return settings.get(Setting.HOLD_DURATIONS) && !admission.isClosed()
                ? registry.holdDurations()
                : new NoHoldDurations();
    }

    @Override
    public GuardStats stats() {
        revive();
        return totals.read();
    }

    @Override
    public OpenResources open() {
        return lists.open();
    }

    @Override
    public OpenResources findHolders(Duration timeout) throws IOException, InterruptedException {
        return lists.withHolders(timeout);
    }

    /** Writes the list of open resources to the log, as a thread dump goes to the console. */
    @Override
    public void dump() {
        lists.pass(open -> LOG.info("LeakGuard {}: {}", name(), open.toText()));
    }

    private void signalled() {
        dump();
        writePage();
    }

    @Override
    public List<ScopeUsage> topScopes(boolean byAllocation, int n) {
        return topScopes.list(registry, byAllocation, n);
    }

    @Override
    public Runnable propagate(Runnable task) {
        return scopes.in(scopes.current(), task);
    }

    @Override
    public <V extends @Nullable Object> Callable<V> propagateCallable(Callable<V> task) {
        return scopes.in(scopes.current(), task);
    }

    @Override
    public <V extends @Nullable Object> Supplier<V> propagateSupplier(Supplier<V> supplier) {
        return scopes.in(scopes.current(), supplier);
    }

    @Override
    public <V extends @Nullable Object> CompletableFuture<V> propagate(CompletableFuture<V> future) {
        return ScopedFuture.of(scopes, future);
    }

    /** Runs an action when this is closed; at once if it is closed already. */
    void onClose(Runnable action) {
        closeActions.add(action);
        if (admission.isClosed() && closeActions.remove(action)) {
            action.run();
        }
    }

    void forgetOnClose(Runnable action) {
        closeActions.remove(action);
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        admission.close();
        for (Runnable action : List.copyOf(closeActions)) {
            if (closeActions.remove(action)) {
                failures.runQuietly("ending a part of the guard", action);
            }
        }
        registry.shut();
        failures.runQuietly("giving up the signal", signalOff);
        failures.runQuietly("removing the shutdown hook", this::removeShutdownHook);
        failures.runQuietly("reporting resources that are open at the end", () -> lists.tellAtTheEnd(listeners));
        failures.runQuietly("ending the search for holders", holders::stop);
        openingClock.stop();
        lastLooks.stop();
        collected.stop();
        long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
        boolean onLoop = loop.isCurrentThread();
        boolean interrupted = loop.stop(deadline);
        reclaimer.shutdown();
        interrupted |= listeners.stop(deadline, !onLoop);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        writePage();
    }

    private void removeShutdownHook() {
        if (shutdownHook != null) {
            shutdownHook.remove();
        }
    }

    /** Counts and logs a failure of our own. The application never sees it. */
    @Override
    public void internalError(String doing, Throwable failure) {
        failures.internal(doing, failure);
    }
}
