package io.leakguard.junit;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.report.HtmlReport;
import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One execution of a test plan by one engine: its guard, its units, and its leaks. Jupiter's run is in the root store,
 * whose closing ends the run. A leak of the suite fails there.
 */
final class Run implements AutoCloseable {

    private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(20);

    /** Open guards that runs have made. They report each leak by itself. */
    private static final Set<LeakGuard> GUARDS = ConcurrentHashMap.newKeySet();

    static final String JUPITER = "junit-jupiter";

    /** Runs that have not ended, the newest first. */
    private static final Deque<Run> RUNS = new ConcurrentLinkedDeque<>();

    final Settings settings;
    final String engine;
    final LeakGuard guard;
    final Seen seen;
    final Participants participants;
    final Collector collector;
    final Attributor attributor = new Attributor();
    final Baseline baseline;
    final FindingRules findingRules;
    final ThreadBirths births = ThreadBirths.OF_THE_JVM;
    final Instant startedAt = Instant.now();
    private final long startNanos = System.nanoTime();

    private final @Nullable LeakGuard globalBefore;
    private final Object lock = new Object();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong scopesOpened = new AtomicLong();
    private final AtomicLong scopesClosed = new AtomicLong();
    private final AtomicInteger classesOpen = new AtomicInteger();
    private final Map<List<Object>, Allowance> allowances = new ConcurrentHashMap<>();
    private final Map<String, Unit> announced = new ConcurrentHashMap<>();
    private final Map<AnnotatedElement, Policy.Marks> marks = new ConcurrentHashMap<>();
    private final ClassEnds classEnds = new ClassEnds();
    private final Set<Unit> ownersOfExecutors = ConcurrentHashMap.newKeySet();

    /** Reports that are not attributed yet, in the order of arrival. */
    private final Deque<LeakReport> inbox = new ArrayDeque<>();
    /** Keys of the reports of resources that were closed late. */
    private final Deque<Leak.Key> closedLate = new ArrayDeque<>();

    final RunResults results = new RunResults();

    private volatile @Nullable Unit suite;
    private volatile @Nullable ProcessWatch processes;
    private final AtomicBoolean hinted = new AtomicBoolean();
    private Map<String, Long> openAtCollection = Map.of();

    /** The history on the page; none if the extension is off. */
    final HtmlReport.@Nullable Recorder recorder;

    private Run(Settings settings, String engine) {
        this.settings = settings;
        this.engine = engine;
        this.baseline = Baseline.read(settings);
        if (!settings.enabled()) {
            guard = LeakGuard.disabled();
            globalBefore = null;
            seen = Seen.of(guard);
        } else {
            Descriptors.warmUp();
            guard = LeakGuard.builder()
                    .name("junit")
                    .reportInterval(Duration.ZERO)
                    .maxReportsPerMinute(1_000_000)
                    .capture(CaptureBudget.unlimited())
                    .scopeGrace(Duration.ZERO)
                    .inheritScopes(true)
                    .defaultScope(attributor::scopeOfOthers)
                    .log(false)
                    .listener(new Inbox())
                    .build();
            GUARDS.add(guard);
            RUNS.addFirst(this);
            attributor.warmUp();
            globalBefore = LeakGuard.setGlobal(guard);
            seen = Seen.of(guard);
        }
        this.recorder = settings.enabled() ? HtmlReport.Recorder.start(guard) : null;
        this.collector = new Collector(guard, settings.gcTimeout(), seen.isOn());
        this.participants = new Participants(guard, settings.enabled());
        this.findingRules = new FindingRules(guard, settings, baseline);
    }

    /** The test of the run that a guard belongs to, if it is the only one that runs now. */
    static @Nullable Unit onlyTest(LeakGuard guard) {
        for (Run run : RUNS) {
            if (run.guard == guard) {
                return run.attributor.onlyTest();
            }
        }
        return null;
    }

    /** Tells whether a guard belongs to a run that is going on. */
    static boolean isTestGuard(LeakGuard guard) {
        return GUARDS.contains(guard);
    }

    // ------------------------------------------------------------------------------------------------- units

    /** Begins a run of the tests of one engine, with the agent if that is to be had. */
    static Run of(Function<String, Optional<String>> parameters, String engine) {
        Settings settings = Settings.read(parameters);
        boolean agent = settings.enabled()
                && (settings.agent() == Settings.Agent.ATTACH
                        ? AgentAttachment.attach(settings.output())
                        : AgentAttachment.isThere());
        return new Run(agent ? Settings.read(parameters, true) : settings, engine);
    }

    /**
     * The launcher says that an invocation of a class begins. Things that JUnit opens for it before an instance exists
     * belong to it. The extension itself hears of this only since 5.13, by an interface that older versions don't have.
     */
    static void announce(String uniqueId, String parentId, String displayName) {
        for (Run run : RUNS) {
            Unit parent = run.attributor.openUnit(parentId);
            if (parent != null && run.settings.enabled()) {
                Unit unit = new Unit(
                        run,
                        parent,
                        new Unit.Origin(uniqueId, displayName, Unit.Level.CLASS, parent.className, "", null),
                        null);
                run.announced.put(uniqueId, unit);
                unit.bind();
                return;
            }
        }
    }

    /** The invocation has ended. If it had no test, no store has closed it. */
    static void unannounce(String uniqueId) {
        for (Run run : RUNS) {
            Unit unit = run.announced.remove(uniqueId);
            if (unit != null) {
                run.check(unit);
            }
        }
    }

    /** The unit that was announced by an id, once; null if there was none. */
    @Nullable
    Unit takeAnnounced(String uniqueId) {
        return announced.remove(uniqueId);
    }

    @Nullable
    ExtensionContext rootContext() {
        Unit s = suite;
        return s == null ? null : s.context;
    }

    String nextId() {
        return "t" + ids.incrementAndGet();
    }

    LeakScope openScope(String name, @Nullable Unit parent) {
        scopesOpened.incrementAndGet();
        return guard.openDetachedScope(name, parent == null ? null : parent.scope);
    }

    /** The number of resources that were tracked so far, without the extension's own scopes. */
    long tracked(GuardStats now) {
        return now.opened() - scopesOpened.get();
    }

    void started(Unit unit) {
        attributor.add(unit);
        if (unit.level == Unit.Level.SUITE) {
            suite = unit;
            if (settings.enabled()) {
                processes = new ProcessWatch(this, unit);
            }
        } else if (unit.isTopClass()) {
            classesOpen.incrementAndGet();
        } else if (unit.level == Unit.Level.TEST) {
            results.testStarted();
        }
        ProcessWatch watch = processes;
        if (watch != null && (unit.level == Unit.Level.TEST || unit.level == Unit.Level.CLASS)) {
            watch.begin(unit);
        }
    }

    /** Tells whether an executor of a unit is told: its threads are a part of that. */
    boolean hasLeftExecutor(Unit unit) {
        return ownersOfExecutors.contains(unit);
    }

    /** True once: what may be done about findings is said with the first. */
    boolean isFirstHint() {
        return hinted.compareAndSet(false, true);
    }

    Policy.Marks marks(AnnotatedElement element) {
        return marks.computeIfAbsent(element, Policy.Marks::of);
    }

    Allowance allowance(AllowLeaks annotation, AnnotatedElement element) {
        String place = element instanceof Class<?> c
                ? c.getName()
                : element instanceof java.lang.reflect.Method m
                        ? m.getDeclaringClass().getName() + "." + m.getName()
                        : element.toString();
        // Annotations with the same content are equal: an inherited one is the same allowance wherever it is found.
        Object where = element instanceof Class<?> ? annotation : List.of(annotation, place);
        return allowances.computeIfAbsent(List.of(where), key -> new Allowance(annotation, place));
    }

    List<Allowance> allowances() {
        return List.copyOf(allowances.values());
    }

    /** The suppressions that were needed, or that were not. */
    List<String> suppressions(boolean needed) {
        return guard.suppressions().stream()
                .filter(u -> needed == (u.hits() + findingRules.hits(u.suppression()) > 0))
                .map(u -> u.suppression().kind() + " " + u.suppression().frame() + " because "
                        + u.suppression().reason())
                .toList();
    }

    /** The classes with a test that ran. */
    Set<String> classNames() {
        return attributor.classNames();
    }

    List<Allowance> unusedAllowances() {
        return allowances.values().stream().filter(a -> a.hits.sum() == 0).toList();
    }

    // ------------------------------------------------------------------------------------------------- reports

    /** On the listener's thread. Only keeps the reports. */
    private final class Inbox implements LeakListener {
        @Override
        public void onLeak(LeakReport report) {
            if (!report.attributes().containsKey(LeakAssertions.ATTRIBUTE) && Seen.matters(report.kind())) {
                synchronized (lock) {
                    inbox.add(report);
                }
            }
        }

        @Override
        public void onLateRelease(LeakReport report, Duration openFor) {
            if (!report.attributes().containsKey(LeakAssertions.ATTRIBUTE)) {
                synchronized (lock) {
                    closedLate.add(Leak.Key.of(report));
                }
            }
        }
    }

    /** Gives every reported leak to its owner, or to the unit around it if the owner was checked already. */
    private void distribute() {
        for (LeakReport report = inbox.poll(); report != null; report = inbox.poll()) {
            Leak leak = attributor.attribute(report, Objects.requireNonNull(suite));
            Unit charged = leak.owner;
            if (leak.attribution == Leak.Attribution.ONLY_RUNNING || leak.attribution == Leak.Attribution.CONTAINER) {
                // Not certain enough to fail a test.
                charged = leak.owner.level == Unit.Level.TEST && leak.owner.parent != null
                        ? leak.owner.parent
                        : leak.owner;
            }
            while (charged.checked && charged.parent != null) {
                charged = charged.parent;
            }
            leak.chargedTo = charged;
            charged.leaks.add(leak);
            if (report.kind().equals(ResourceKind.EXECUTOR)) {
                ownersOfExecutors.add(leak.owner);
            }
        }
        for (Leak.Key key = closedLate.poll(); key != null; key = closedLate.poll()) {
            removeClosedLate(key);
        }
    }

    private void removeClosedLate(Leak.Key key) {
        for (Unit unit : attributor.unitsWithLeaks()) {
            for (Leak leak : unit.leaks) {
                if (Leak.Key.of(leak.report).equals(key)) {
                    unit.leaks.remove(leak);
                    results.addClosedLate(leak);
                    return;
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- checks

    /** A unit has ended. It fails if a resource that it opened is open. */
    void end(Unit unit) {
        if (unit.level == Unit.Level.SUITE) {
            return; // the end of the run ends it
        }
        ResourceLeakError error = check(unit);
        unit.context = null;
        if (error != null) {
            throw error;
        }
    }

    private @Nullable ResourceLeakError check(Unit unit) {
        unit.unbind();
        if (!settings.enabled()) {
            unit.closeScopes();
            return null;
        }
        long began = System.nanoTime();
        long gcBefore = collector.nanos();
        Duration waited = Duration.ZERO;
        boolean off = unit.policy.mode() == LeakMode.OFF;
        unit.endMillis = System.currentTimeMillis();
        Unit next = off ? null : heir(unit);
        boolean left = !off && unit.level == Unit.Level.TEST && unit.wantsCollection();
        if (next == null && !off && unit.level == Unit.Level.TEST && seen.isOn()) {
            unit.handOn(unit.topClass(), true); // a server that the first test starts, perhaps
        }
        int open = unit.openCount(next != null);
        if (open > 0 && !off) {
            waited = awaitClose(unit, next != null);
            open = unit.openCount(next != null);
        }
        boolean alone = attributor.running() <= 1;
        attributor.ended(unit);
        if (left) {
            collectForTest();
        }
        // Before the scopes end: to have been collected says more than to be open.
        boolean collected =
                !off && collectsAt(unit.level) && seen.openOf(unit) > 0 && anythingToCollect(unit, guard.stats());
        if (collected) {
            collector.collect();
            rememberOpen();
        }
        Unit all = suite;
        if (!off && all != null && unit.isTopClass()) {
            seen.passOn(unit, all);
        }
        if (next != null) {
            unit.handOn(next, false);
        }
        scopesClosed.addAndGet(seen.closeThoseOf(unit)); // those within come first
        scopesClosed.addAndGet(unit.closeScopes());
        ProcessWatch watch = processes;
        if (watch != null && unit.level != Unit.Level.CONTAINER) {
            watch.end(unit);
        }
        GuardStats now = guard.stats();
        boolean gc = !off && !collected && collectsAt(unit.level) && anythingToCollect(unit, now);
        if (gc) {
            collector.collect();
            rememberOpen();
        } else if (open > 0 || left || collected || !alone || mayHaveLeaked(unit, now)) {
            flush();
        }
        List<Leak> leaks = take(unit, false);
        ExpectLeaks expected = unit.policy.expected();
        if (expected != null && !gc && !UnitClassifier.isMet(expected, leaks) && anythingOpen(guard.stats())) {
            collector.collect();
        }
        leaks.addAll(take(unit, true));
        List<Finding> found = findingRules.classify(leftBehind(unit));
        results.add(found);
        lookAfterGuard(unit, unit.isTopClass() && classesOpen.decrementAndGet() == 0);
        ResourceLeakError error = leaks.isEmpty() && found.isEmpty() && expected == null
                ? null
                : new UnitClassifier(this, unit, waited).classify(leaks, found);
        results.addCheckNanos(System.nanoTime() - began - (collector.nanos() - gcBefore) - waited.toNanos());
        return error;
    }

    /** Code under test may close the process-wide guard, or replace it. The run then sees no more resources. */
    private void lookAfterGuard(Unit unit, boolean putBack) {
        if (!guard.isEnabled()) {
            results.guardLost(unit.name + " closed the process-wide guard, and nothing was seen from then on");
        } else if (LeakGuard.global() != guard) {
            results.guardLost(
                    unit.name + " left another guard as the process-wide one, and its resources were not seen");
            if (putBack) {
                LeakGuard.setGlobal(guard);
            }
        }
    }

    /** The findings of a unit that has ended: descriptors, threads and more. */
    private List<Finding> leftBehind(Unit unit) {
        ProcessWatch watch = processes;
        if (watch == null) {
            return List.of();
        }
        if (unit.level == Unit.Level.TEST) {
            return watch.leftBy(unit);
        }
        return unit.isTopClass() || unit.level == Unit.Level.SUITE ? watch.leftWithin(unit) : List.of();
    }

    /** Gives what is closed asynchronously its time; returns how long that was. */
    private static Duration awaitClose(Unit unit, boolean isHandedOn) {
        long began = System.nanoTime();
        long grace = unit.policy.grace().toNanos();
        long pause = 200_000;
        while (unit.openCount(isHandedOn) > 0 && System.nanoTime() - began < grace) {
            if (Thread.currentThread().isInterrupted()) {
                break; // the test run is being stopped: parking would spin
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, 10_000_000);
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Who is told of what the agent alone has seen and a unit leaves open: whoever may close it yet. Null if nobody may. */
    private @Nullable Unit heir(Unit unit) {
        Unit all = suite;
        if (!seen.isOn() || all == null || unit == all || unit.policy.expected() != null) {
            return null;
        }
        Unit top = unit.topClass();
        if (unit.level == Unit.Level.CLASS || top.level != Unit.Level.CLASS) {
            return all;
        }
        ExtensionContext context = unit.context;
        return unit.level == Unit.Level.TEST && context != null && !classEnds.mayClose(context) ? null : top;
    }

    /** What only the collector closes is the test's own failure: it is looked for before other code runs, while there is time. */
    private void collectForTest() {
        if (settings.gc() != Settings.Gc.OFF && settings.gc() != Settings.Gc.SUITE && collector.hasTimeForTests()) {
            long began = CpuTime.nanos();
            collector.collectOnce();
            collector.addTimeForTests(CpuTime.nanos() - began);
        }
    }

    private boolean collectsAt(Unit.Level level) {
        return switch (settings.gc()) {
            case TEST -> level != Unit.Level.CONTAINER;
            case CLASS -> level == Unit.Level.CLASS || level == Unit.Level.SUITE;
            case SUITE -> level == Unit.Level.SUITE;
            case OFF -> false;
        };
    }

    /** Tells whether a report may be on its way. Waiting for it costs more than the rest of a check. */
    private boolean mayHaveLeaked(Unit unit, GuardStats now) {
        if (tracked(now) == unit.trackedBefore) {
            return false;
        }
        // What a test opened, closed in time and on its own is in no report. What was closed late is for its class to
        // see.
        // With the agent something is always open, and what the test left is known.
        return unit.level != Unit.Level.TEST
                || (!seen.isOn() && anythingOpen(now))
                || now.collected() != unit.collectedBefore;
    }

    /** Tells whether a collection could find anything: whether more is open than the extension's own scopes. */
    private boolean anythingOpen(GuardStats now) {
        long own = scopesOpened.get() - scopesClosed.get();
        return now.open() > own;
    }

    /**
     * The same for a unit. For a class, only if one kind is open more often at one line than after the last collection.
     */
    private boolean anythingToCollect(Unit unit, GuardStats now) {
        if (!anythingOpen(now)) {
            return false;
        }
        if (unit.level == Unit.Level.SUITE || settings.gc() == Settings.Gc.TEST) {
            return true;
        }
        Map<String, Long> before;
        synchronized (lock) {
            before = openAtCollection;
        }
        return openByLine().entrySet().stream()
                .anyMatch(line -> line.getValue() > before.getOrDefault(line.getKey(), 0L));
    }

    /**
     * Remembers resources that the suite keeps open, such as a pool's connections, so that not each class looks for
     * them.
     */
    private void rememberOpen() {
        Map<String, Long> open = openByLine();
        synchronized (lock) {
            openAtCollection = open;
        }
    }

    private Map<String, Long> openByLine() {
        Map<String, Long> result = new HashMap<>();
        for (OpenResources.Group group : guard.open().groups()) {
            if (!group.kind().equals(ResourceKind.SCOPE) && (!seen.isOn() || Seen.matters(group.kind()))) {
                result.merge(group.kind() + " " + group.siteText() + " " + group.pathText(), group.count(), Long::sum);
            }
        }
        return result;
    }

    private void flush() {
        if (!guard.flush(FLUSH_TIMEOUT)) {
            results.flushFailed();
        }
    }

    private List<Leak> take(Unit unit, boolean last) {
        synchronized (lock) {
            distribute();
            List<Leak> leaks = new ArrayList<>(unit.leaks);
            unit.leaks.clear();
            unit.checked |= last;
            return leaks;
        }
    }

    /** A resource of a static initialiser. The suite checks it again at its end. */
    void pass(Leak leak) {
        synchronized (lock) {
            Unit s = Objects.requireNonNull(suite);
            leak.chargedTo = s;
            s.leaks.add(leak);
        }
    }

    // ------------------------------------------------------------------------------------------------- the end

    /** The doubts of the process's comparison; empty if there are none. */
    String doubtOfProcess() {
        ProcessWatch watch = processes;
        return watch == null ? "" : watch.doubt();
    }

    long collectionsSaved() {
        ProcessWatch watch = processes;
        return watch == null ? 0 : watch.collectionsSaved();
    }

    /** Ends the run: checks the suite, writes the files, reports the result, and restores the earlier guard. */
    @Override
    public void close() {
        ResourceLeakError error = null;
        try {
            Unit s = suite;
            if (settings.enabled() && s != null) {
                participants.close();
                error = check(s);
                Summary summary = new Summary(this, Duration.ofNanos(System.nanoTime() - startNanos));
                summary.finish();
            }
        } finally {
            if (settings.enabled()) {
                LeakGuard.setGlobal(globalBefore);
                GUARDS.remove(guard);
                RUNS.remove(this);
                guard.close();
            }
        }
        if (error != null) {
            throw error;
        }
    }
}
