package io.leakguard.internal;

import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The real path: real handles, the real collector, and closes on the last use of a handle. */
final class CollectorStress {
    private CollectorStress() {}

    private static final ResourceKind CLOSED = ResourceKind.of("stress.closed");
    private static final ResourceKind LEAKED = ResourceKind.of("stress.leaked");

    private static final class Handle {
        final LeakTracker tracker;

        Handle(LeakGuard guard, ResourceKind kind, String name) {
            tracker = guard.track(this, kind, name);
        }

        void close() {
            try {
                tracker.close();
            } finally {
                Reference.reachabilityFence(this);
            }
        }
    }

    static void run(int seconds) throws InterruptedException {
        ConcurrentHashMap<String, LongAdder> reports = new ConcurrentHashMap<>();
        LongAdder falseReports = new LongAdder();
        LeakListener listener = new LeakListener() {
            @Override
            public void onLeak(LeakReport report) {
                if (report.kind() == CLOSED) {
                    falseReports.increment();
                } else if (report.kind() == LEAKED) {
                    reports.computeIfAbsent(report.description(), name -> new LongAdder())
                            .increment();
                }
            }
        };
        AtomicLong closed = new AtomicLong();
        AtomicLong leaked = new AtomicLong();
        GuardStats stats;
        try (LeakGuard guard = LeakGuard.builder()
                .listener(listener)
                .capture(CaptureBudget.none())
                .escalation(Duration.ZERO)
                .reportInterval(Duration.ZERO)
                .maxReportsPerMinute(1_000_000)
                .log(false)
                .build()) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < Math.max(2, Runtime.getRuntime().availableProcessors()); i++) {
                threads.add(new Thread(() -> work(guard, end, closed, leaked)));
            }
            Thread collector = new Thread(() -> {
                while (System.nanoTime() - end < 0) {
                    System.gc();
                }
            });
            threads.add(collector);
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            if (!guard.awaitCollection(Duration.ofMinutes(1)) || !guard.flush(Duration.ofMinutes(1))) {
                throw new IllegalStateException("the guard did not become quiet in a minute");
            }
            stats = guard.stats();
        }
        long twice = reports.values().stream().filter(n -> n.sum() > 1).count();
        System.out.printf(
                "With the collector, %d s: %,d closed, %,d leaked; reports: %d false, %d double, %,d missing, %d dropped%n",
                seconds,
                closed.get(),
                leaked.get(),
                falseReports.sum(),
                twice,
                leaked.get() - reports.size(),
                stats.dropped());
        if (falseReports.sum() > 0
                || twice > 0
                || reports.size() + stats.dropped() != leaked.get()
                || stats.of(CLOSED).closed() != closed.get()
                || stats.of(LEAKED).collected() != leaked.get()
                || stats.internalErrors() > 0) {
            throw new AssertionError("forbidden: " + stats);
        }
    }

    private static void work(LeakGuard guard, long end, AtomicLong closed, AtomicLong leaked) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (System.nanoTime() - end < 0) {
            for (int i = 0; i < 1_000; i++) {
                new Handle(guard, CLOSED, "closed").close();
            }
            try (LeakScope scope = guard.openScope("work")) {
                Handle moved = new Handle(guard, CLOSED, "moved");
                scope.release(moved.tracker);
                moved.close();
            }
            closed.addAndGet(1_001);
            if (random.nextInt(4) == 0) {
                new Handle(guard, LEAKED, "leak " + leaked.incrementAndGet());
            }
        }
    }
}
