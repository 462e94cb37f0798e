package io.leakguard.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What a run has counted and found so far. Thread-safe: tests that run in parallel add to it. */
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

    /** Adds a leak whose verdict is known. */
    synchronized void add(Leak leak) {
        if (leaks.size() < MAX_LEAKS_KEPT) {
            leaks.add(leak);
        } else {
            notKept.incrementAndGet();
        }
    }

    /** Adds a leak that was closed after it had been reported, within the grace. */
    void addClosedLate(Leak leak) {
        leak.verdict = Leak.Verdict.CLOSED_LATE;
        closedLate.incrementAndGet();
        add(leak);
    }

    synchronized void add(List<Finding> found) {
        findings.addAll(found);
    }

    /** All leaks of any verdict, in the order in which they were told. */
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

    /** How many leaks are told: no accepted ones. */
    long told() {
        return count(Leak.Verdict.FAILED) + count(Leak.Verdict.WARNED);
    }

    /** How many leaks of a unit and of those within it were told. */
    long leaksOf(Unit unit) {
        return leaks().stream()
                .filter(l -> l.verdict != Leak.Verdict.CLOSED_LATE && l.owner.isWithin(unit))
                .count();
    }

    /** How many leaks are in no file, since there were too many. */
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

    /** Time of checks, without the garbage collector's and without waiting for what is closed asynchronously. */
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
