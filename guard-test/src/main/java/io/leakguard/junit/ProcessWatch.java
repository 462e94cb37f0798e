package io.leakguard.junit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;

/**
 * Compares the process before and after each test, class and the suite: descriptors, threads and more. Between two such
 * moments the running units are known, and new things belong to them: to one test if no other runs then. Thread-safe.
 * It runs no collection while it holds its lock.
 */
final class ProcessWatch {

    private final Settings settings;
    private final Collector collector;
    private final Unit suite;
    private final List<Ledger> ledgers = new ArrayList<>();

    private final Object lock = new Object();
    private final Set<Unit> open = new LinkedHashSet<>();
    /** The number of the event at which each unit ended. */
    private final Map<Unit, Long> ended = new LinkedHashMap<>();

    private final Map<Unit, Long> endedNanos = new LinkedHashMap<>();
    private long events;
    private boolean inParallel;
    private long collectionsSaved;

    ProcessWatch(Run run, Unit suite) {
        this.settings = run.settings;
        this.collector = run.collector;
        this.suite = suite;
        add(Watched.DESCRIPTORS, new DescriptorSource(run.seen));
        Creators births = new Creators(run);
        ThreadSource.Reapers reapers = new ThreadSource.Reapers();
        add(Watched.THREADS, new ThreadSource(false, births, reapers));
        add(Watched.DAEMON_THREADS, new ThreadSource(true, births, reapers));
        if (!run.seen.isOn()) { // else each is a record
            add(Watched.PROCESSES, new ProcessSource(reapers));
        }
        add(Watched.TEMP_FILES, new TempFileSource());
        add(Watched.STATE, new StateSource());
        add(Watched.CLASS_LOADERS, new ClassLoaderSource());
        collector.watch(this);
    }

    private void add(Watched watched, Source source) {
        if (settings.check(watched) != Settings.Check.OFF) {
            ledgers.add(new Ledger(watched, settings, source, suite));
        }
    }

    /** A class or a test begins. Earlier things aren't its own. */
    void begin(Unit unit) {
        boolean collect;
        synchronized (lock) {
            lookAt(unit.level, false);
            events++;
            open.add(unit);
            inParallel |= active(Settings.Level.TEST).size() > 1;
            collect = wantsCollectionBetweenTests(suite);
        }
        if (collect) {
            collectForTests(suite);
        }
    }

    /** A class or a test ends. Later things aren't its own. */
    void end(Unit unit) {
        synchronized (lock) {
            lookAt(unit.level, unit.level != Unit.Level.TEST);
            events++;
            open.remove(unit);
            ended.put(unit, events);
            endedNanos.put(unit, System.nanoTime());
        }
    }

    /** The things that a test has certainly left: only the collector closed them. Called before other code runs. */
    List<Finding> leftBy(Unit test) {
        boolean collect;
        synchronized (lock) {
            collect = wantsCollectionBetweenTests(test);
        }
        if (collect) {
            collectForTests(test);
        }
        List<Finding> result = new ArrayList<>();
        synchronized (lock) {
            ledgers.stream().filter(Ledger::fails).forEach(l -> result.addAll(l.takeOwn(test)));
        }
        return result;
    }

    /** The things that a class and its tests have left. For the suite, all that still exist. */
    List<Finding> leftWithin(Unit unit) {
        boolean last = unit.level == Unit.Level.SUITE;
        long deadline = System.nanoTime() + settings.grace().toNanos();
        while (isWaitedFor(unit, last)
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(10_000_000);
            synchronized (lock) {
                ledgers.forEach(l -> l.lookAgain(active(l.level), this));
            }
        }
        boolean collect;
        synchronized (lock) {
            collect = ledgers.stream().anyMatch(l -> l.wantsCollection(this, unit));
        }
        if (collect) {
            awaitClose(unit);
            collector.collect();
        }
        List<Finding> result = new ArrayList<>();
        synchronized (lock) {
            ledgers.forEach(l -> result.addAll(l.take(this, unit, last)));
            if (!last) {
                forget();
            }
        }
        return result;
    }

    private void collectForTests(Unit within) {
        long began = CpuTime.nanos();
        awaitClose(within);
        collector.collect();
        collector.addTimeForTests(CpuTime.nanos() - began);
    }

    /** Within the grace, code on another thread may close a thing that the collection would decide about. */
    private void awaitClose(Unit within) {
        while (!Thread.currentThread().isInterrupted()) {
            synchronized (lock) {
                if (ledgers.stream().noneMatch(l -> l.mayBeClosedYet(this, within))) {
                    return;
                }
            }
            LockSupport.parkNanos(5_000_000);
            synchronized (lock) {
                ledgers.forEach(l -> l.lookAgain(active(l.level), this));
            }
        }
    }

    /**
     * Tells whether no code closes a thing of tests that have ended. That is certain when the grace is over. Earlier it
     * is certain if they left no thread that might close it, and it is a file: the end of another process may close
     * other things.
     */
    boolean isClosedByNobody(Finding.Item item, Collection<Unit> owners) {
        if (owners.stream().allMatch(this::isGraceOverOf)) {
            return true;
        }
        return item.kind().equals("descriptor.file")
                && ForkJoinPool.commonPool().isQuiescent()
                && ledgers.stream().anyMatch(l -> l.watched == Watched.THREADS && l.level == Settings.Level.TEST)
                && ledgers.stream().noneMatch(l -> l.isOfThreads() && l.hasOneOf(owners));
    }

    private boolean isGraceOverOf(Unit owner) {
        Long at = endedNanos.get(owner);
        return at == null || System.nanoTime() - at >= settings.grace().toNanos();
    }

    private boolean isWaitedFor(Unit unit, boolean last) {
        synchronized (lock) {
            return ledgers.stream().anyMatch(l -> l.isWaitedFor(this, unit, last));
        }
    }

    /** Drops tests of classes that ended a while ago, since nobody asks for them again. */
    private void forget() {
        if (ended.size() > 10_000) {
            ended.keySet().removeIf(u -> u.level == Unit.Level.TEST && !isOpen(u.topClass()));
            endedNanos.keySet().retainAll(ended.keySet());
        }
    }

    private boolean isOpen(Unit unit) {
        return open.contains(unit);
    }

    private boolean wantsCollectionBetweenTests(Unit within) {
        if (settings.gc() == Settings.Gc.OFF
                || settings.gc() == Settings.Gc.SUITE
                || ledgers.stream().noneMatch(l -> l.wantsCollection(this, within))) {
            return false;
        }
        boolean time = settings.gc() == Settings.Gc.TEST || collector.hasTimeForTests();
        if (!time) {
            collectionsSaved++;
        }
        return time;
    }

    private void lookAt(Unit.Level at, boolean evenIfUnchanged) {
        for (Ledger ledger : ledgers) {
            if (ledger.level == Settings.Level.TEST
                    || at == Unit.Level.SUITE
                    || (at == Unit.Level.CLASS && ledger.level == Settings.Level.CLASS)) {
                ledger.look(active(ledger.level), evenIfUnchanged);
            }
        }
    }

    // ------------------------------------------------------------------------------------- around each collection

    /** Called right before a forced collection. Things that are gone by now were closed by code. */
    void beforeCollection() {
        synchronized (lock) {
            ledgers.forEach(l -> l.lookAgain(active(l.level), this));
        }
    }

    /** Called after a forced collection. */
    void afterCollection() {
        synchronized (lock) {
            ledgers.forEach(l -> l.collected(this));
        }
    }

    // ------------------------------------------------------------------------------------------ who runs, who ran

    /** The innermost running units. They are several if tests run in parallel. */
    private List<Unit> active(Settings.Level level) {
        List<Unit> result = new ArrayList<>();
        for (Unit unit : open) {
            if (level == Settings.Level.TEST || (level == Settings.Level.CLASS && unit.level == Unit.Level.CLASS)) {
                result.add(unit);
            }
        }
        result.removeIf(u -> result.stream().anyMatch(other -> other != u && other.isWithin(u)));
        return result.isEmpty() ? List.of(suite) : List.copyOf(result);
    }

    /** Tells whether no code of these units runs, so that only the collector closes the things that they left. */
    boolean haveEnded(Collection<Unit> owners) {
        return areOver(owners)
                || (open.stream().noneMatch(u -> u.level == Unit.Level.TEST)
                        && open.stream().filter(Unit::isTopClass).count() <= 1);
    }

    boolean areOver(Collection<Unit> owners) {
        return owners.stream().allMatch(u -> u == suite ? open.isEmpty() : ended.containsKey(u) || wasForgotten(u));
    }

    private boolean wasForgotten(Unit unit) {
        return unit.level == Unit.Level.TEST && !open.contains(unit) && !open.contains(unit.topClass());
    }

    /** Tells whether JUnit has released all their instances. It keeps them while a test's store closes. */
    boolean areForgotten(Collection<Unit> owners) {
        return owners.stream().allMatch(u -> ended.getOrDefault(u, 0L) < events);
    }

    /** Tells whether the class of a test ended long enough ago for asynchronous closes to be done. */
    boolean isGraceOver(Unit test) {
        Long at = endedNanos.get(test.topClass());
        return at != null && System.nanoTime() - at >= settings.grace().toNanos();
    }

    // ---------------------------------------------------------------------------------------------------- doubts

    /** The doubts of this comparison; empty if there are none. */
    String doubt() {
        synchronized (lock) {
            long unsure = ledgers.stream().mapToLong(Ledger::unsure).sum();
            return inParallel && unsure > 0
                    ? "tests ran in parallel, and " + LeakText.counted(unsure, "descriptor")
                            + " went while the collector ran: whether code closed them is not known"
                    : "";
        }
    }

    /** The number of collections that were left out to save time. */
    long collectionsSaved() {
        synchronized (lock) {
            return collectionsSaved;
        }
    }
}
