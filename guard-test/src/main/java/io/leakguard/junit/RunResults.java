package io.leakguard.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The counts and findings of a run up to now. Thread-safe: tests that run in parallel add to it. */
final class RunResults {

    static final int MAX_LEAKS_KEPT = 10_000;

    private final List<Leak> leaks = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final AtomicLong tests = new AtomicLong();
    private final AtomicLong notKept = new AtomicLong();
    private final AtomicLong closedLate = new AtomicLong();
    private final AtomicLong flushesFailed = new AtomicLong();
    private final AtomicLong checkNanos = new AtomicLong();
    private final AtomicReference<@Nullable String> guardLost = new AtomicReference<>();

    void testStarted() {
        tests.incrementAndGet();
    }

    long tests() {
        return tests.get();
    }

    /** Adds a leak with a verdict. */
    synchronized void add(Leak leak) {
        if (leaks.size() < MAX_LEAKS_KEPT) {
            leaks.add(leak);
        } else {
            notKept.incrementAndGet();
        }
    }

    /** Adds a leak that was closed within the grace after its report. */
    void addClosedLate(Leak leak) {
        leak.verdict = Leak.Verdict.CLOSED_LATE;
        closedLate.incrementAndGet();
        add(leak);
    }

    synchronized void add(List<Finding> found) {
        findings.addAll(found);
    }

    /** All leaks with any verdict, in the order of their reports. */
    synchronized List<Leak> leaks() {
        return List.copyOf(leaks);
    }

    synchronized List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** Findings that nothing accepts. */
    List<Finding> findingsTold() {
        return findings().stream().filter(f -> !f.isAccepted()).toList();
    }

    long count(Leak.Verdict verdict) {
        return leaks().stream().filter(l -> l.verdict == verdict).count();
    }

    /** The number of leaks that are reported, without accepted ones. */
    long told() {
        return count(Leak.Verdict.FAILED) + count(Leak.Verdict.WARNED);
    }

    /** The number of leaks of a unit, and of units within it, that were reported. */
    long leaksOf(Unit unit) {
        return leaks().stream()
                .filter(l -> l.verdict != Leak.Verdict.CLOSED_LATE && l.owner.isWithin(unit))
                .count();
    }

    /** The number of leaks that are in no file because there were too many. */
    long notKept() {
        return notKept.get();
    }

    long closedLate() {
        return closedLate.get();
    }

    void flushFailed() {
        flushesFailed.incrementAndGet();
    }

    long flushesFailed() {
        return flushesFailed.get();
    }

    /** Time of checks, without the garbage collector's and without the wait for asynchronous closes. */
    void addCheckNanos(long nanos) {
        checkNanos.addAndGet(nanos);
    }

    long checkNanos() {
        return checkNanos.get();
    }

    /** Keeps the first reason. */
    void guardLost(String how) {
        guardLost.compareAndSet(null, how);
    }

    /** How the run's guard got lost; null if it didn't. */
    @Nullable
    String guardLost() {
        return guardLost.get();
    }
}
