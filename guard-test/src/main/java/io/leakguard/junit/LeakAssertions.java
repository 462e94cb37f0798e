package io.leakguard.junit;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.TestAbortedException;

/**
 * Checks a block of code for leaks, for tests of your own resources and adapters.
 *
 * <p>The check covers resources that the block opens through {@link LeakGuard#global()}. A resource leaks if it is
 * still open half a second after the block has ended, or if the garbage collector finds it. In tests with the
 * extension, leaks of the block don't fail the test. In other tests, a guard of this class is the process-wide one
 * while the block runs. Thread-safe; without the extension, blocks wait for each other.
 *
 * {@snippet :
 * LeakReport leak = assertLeaks(1, () -> leases.take("a")).get(0);
 * assertThat(leak.description()).isEqualTo("a");
 * assertNoLeaks(() -> leases.take("b").close());
 * }
 */
public final class LeakAssertions {

    /** The attribute of a block's scope. The extension leaves reports with it to this class. */
    static final String ATTRIBUTE = "leakguard.assertion";

    private static final Duration GRACE = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final AtomicLong IDS = new AtomicLong();

    private LeakAssertions() {}

    /**
     * Fails if the block leaks.
     *
     * @param block the block; its exceptions are rethrown
     * @throws AssertionError if it leaks; the message names the leak and its line
     * @throws TestAbortedException if the result is unknown because the garbage collector doesn't run on demand
     */
    public static void assertNoLeaks(Executable block) {
        Result result = check(block);
        if (!result.leaks.isEmpty()) {
            throw error(
                    "expected no leak, but " + LeakText.counted(result.leaks.size(), "resource") + " leaked", result);
        }
        String inconclusive = result.inconclusive;
        if (!inconclusive.isEmpty()) {
            throw new TestAbortedException(
                    "inconclusive: no leak shows without the garbage collector, and " + inconclusive);
        }
    }

    /**
     * Fails unless the block leaks.
     *
     * @param block the block; its exceptions are rethrown
     * @return the leaks, one report for each resource that has no leaked parent
     * @throws AssertionError if nothing leaks
     */
    public static List<LeakReport> assertLeaks(Executable block) {
        Result result = check(block);
        if (result.leaks.isEmpty()) {
            throw error("expected a leak, but nothing leaked", result);
        }
        return List.copyOf(result.leaks);
    }

    /**
     * Fails unless the block leaks exactly this number of resources. Resources under a leaked one aren't counted.
     *
     * @param count the number, 1 or more
     * @param block the block; its exceptions are rethrown
     * @return the leaks
     * @throws AssertionError if it leaks another number
     * @throws IllegalArgumentException if the count is below 1
     */
    public static List<LeakReport> assertLeaks(int count, Executable block) {
        if (count < 1) {
            throw new IllegalArgumentException("assertLeaks(" + count + ", …): give 1 or more, or use assertNoLeaks");
        }
        Result result = check(block);
        if (result.leaks.size() != count) {
            throw error(
                    "expected " + LeakText.counted(count, "leak") + ", but there "
                            + (result.leaks.size() == 1 ? "was 1" : "were " + result.leaks.size()),
                    result);
        }
        return List.copyOf(result.leaks);
    }

    /**
     * Fails unless the block leaks exactly this number of resources of a kind, and nothing else.
     *
     * @param kind their kind
     * @param count the number, 1 or more
     * @param block the block; its exceptions are rethrown
     * @return the leaks
     * @throws AssertionError if it leaks something else
     * @throws IllegalArgumentException if the count is below 1
     */
    public static List<LeakReport> assertLeaks(ResourceKind kind, int count, Executable block) {
        List<LeakReport> leaks = assertLeaks(count, block);
        if (leaks.stream().anyMatch(r -> r.kind() != kind)) {
            throw error("expected leaks of " + kind + ", but there were others", new Result(leaks, ""));
        }
        return leaks;
    }

    private record Result(List<LeakReport> leaks, String inconclusive) {}

    private static AssertionError error(String message, Result result) {
        StringBuilder text = new StringBuilder(message);
        if (!result.inconclusive.isEmpty()) {
            text.append("; inconclusive: ").append(result.inconclusive);
        }
        result.leaks.forEach(r -> text.append("\n\n").append(r.toText()));
        AssertionError error = new AssertionError(text.toString());
        for (LeakReport r : result.leaks) {
            error.addSuppressed(new ResourceLeakError(r.kind() + " was opened here", r.stack()));
        }
        return error;
    }

    private static Result check(Executable block) {
        LeakGuard global = LeakGuard.global();
        if (Run.isTestGuard(global)) {
            return check(global, block);
        }
        synchronized (LeakAssertions.class) {
            LeakGuard own = LeakGuard.builder()
                    .name("assertions")
                    .reportInterval(Duration.ZERO)
                    .maxReportsPerMinute(1_000_000)
                    .capture(CaptureBudget.unlimited())
                    .scopeGrace(Duration.ZERO)
                    .inheritScopes(true)
                    .log(false)
                    .build();
            LeakGuard before = LeakGuard.setGlobal(own);
            try (own) {
                return check(own, block);
            } finally {
                LeakGuard.setGlobal(before);
            }
        }
    }

    private static Result check(LeakGuard guard, Executable block) {
        String id = "a" + IDS.incrementAndGet();
        Map<Leak.Key, List<LeakReport>> leaks = new LinkedHashMap<>();
        LeakListener listener = new LeakListener() {
            @Override
            public void onLeak(LeakReport report) {
                if (id.equals(report.attributes().get(ATTRIBUTE))) {
                    synchronized (leaks) {
                        leaks.computeIfAbsent(Leak.Key.of(report), key -> new ArrayList<>())
                                .add(report);
                    }
                }
            }

            @Override
            public void onLateRelease(LeakReport report, Duration openFor) {
                synchronized (leaks) {
                    List<LeakReport> same = leaks.get(Leak.Key.of(report));
                    if (same != null && !same.isEmpty()) {
                        same.remove(0);
                    }
                }
            }
        };
        try (LeakListener.Registration registration = guard.addListener(listener)) {
            LeakScope scope = guard.openDetachedScope("assertion", null).attribute(ATTRIBUTE, id);
            try (scope) {
                try (LeakListener.Registration binding = scope.bind()) {
                    block.execute();
                } catch (Throwable t) {
                    throw LeakAssertions.<RuntimeException>unchecked(t);
                }
                long deadline = System.nanoTime() + GRACE.toNanos();
                while (scope.openCount() > 0 && System.nanoTime() - deadline < 0) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            Collector collector = new Collector(guard, TIMEOUT, false);
            boolean sure = collector.collect();
            String why = collector.inconclusive();
            boolean delivered = guard.flush(TIMEOUT);
            synchronized (leaks) {
                return new Result(
                        leaks.values().stream().flatMap(List::stream).toList(),
                        why != null
                                ? why
                                : !delivered ? "reports took too long" : !sure ? "other threads kept on leaking" : "");
            }
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the block's exception is rethrown as it is
    private static <T extends Throwable> T unchecked(Throwable t) throws T {
        throw (T) t;
    }
}
