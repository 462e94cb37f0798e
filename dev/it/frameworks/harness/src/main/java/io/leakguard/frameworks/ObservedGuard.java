package io.leakguard.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.logging.LogManager;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.pollinterval.IterativePollInterval;

/** A guard at its default settings, and its reports. */
public final class ObservedGuard implements LeakListener, AutoCloseable {

    /** How long a test waits for an event that a busy machine delays. */
    public static final Duration BOUND = Duration.ofSeconds(60);

    private static final Duration SELDOM = Duration.ofMillis(100);

    static {
        // The programs fail on purpose, and frameworks log that.
        LogManager.getLogManager().reset();
    }

    private static final ResourceKind SENTINEL = ResourceKind.of("test.sentinel");

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private final List<OpenResources> atShutdown = new CopyOnWriteArrayList<>();
    private final LeakGuard guard;

    /** Builds a guard. */
    public ObservedGuard() {
        guard = LeakGuard.builder().listener(this).build();
    }

    /** Returns the guard. */
    public LeakGuard guard() {
        return guard;
    }

    @Override
    public void onLeak(LeakReport report) {
        if (!report.kind().equals(SENTINEL)) {
            reports.add(report);
        }
    }

    @Override
    public void onOpenAtShutdown(OpenResources open) {
        atShutdown.add(open);
    }

    /** Returns all reports until now. */
    public List<LeakReport> reports() {
        return List.copyOf(reports);
    }

    /** Returns the reports of a kind until now. */
    public List<LeakReport> reports(ResourceKind kind) {
        return reports.stream().filter(r -> r.kind().equals(kind)).toList();
    }

    /** Returns the number of leaked resources until now. */
    public long leaked() {
        return guard.stats().leaked() - guard.stats().of(SENTINEL).leaked();
    }

    /** Returns all reports as text. */
    public String text() {
        StringBuilder text = new StringBuilder();
        reports.forEach(r -> text.append(r.toText()).append('\n'));
        return text.toString();
    }

    /** Asks at once, then after 5 ms and ever more seldom: what a collection has found is mostly known after a few. */
    private static ConditionFactory soon() {
        return Awaitility.await()
                .atMost(BOUND)
                .pollDelay(Duration.ZERO)
                .pollInterval(IterativePollInterval.iterative(
                        last -> last.compareTo(SELDOM) < 0 ? last.multipliedBy(2) : SELDOM, Duration.ofMillis(5)));
    }

    /** Forces collections until a condition holds. */
    public static void until(Callable<Boolean> condition) {
        soon().until(() -> {
            System.gc();
            return condition.call();
        });
    }

    /** Waits until each object that was unreachable before this call has been collected and reported. */
    public void settle() {
        for (int i = 0; i < 2; i++) {
            long before = guard.stats().of(SENTINEL).collected();
            guard.track(new Object(), SENTINEL);
            until(() -> guard.stats().of(SENTINEL).collected() > before);
            assertThat(guard.flush(BOUND)).as("the guard became quiet").isTrue();
        }
    }

    /** Waits until a report contains a text, and fails with all reports if none comes. */
    public LeakReport awaitReport(String text) {
        soon().untilAsserted(() -> {
            System.gc();
            assertThat(text()).contains(text);
        });
        return reports.stream()
                .filter(r -> r.toText().contains(text))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Returns the number of leaks found until now. Resources that leak together, such as a buffer and its slices, count
     * as one.
     */
    public long found() {
        return guard.leaks().stream()
                .filter(leaks -> !leaks.kind().equals(SENTINEL))
                .mapToLong(SiteLeaks::occurrences)
                .sum();
    }

    /**
     * Leaks until one is found. Frameworks still refer to the last message of a connection, and to buffers whose objects Netty
     * uses again, so a leak may be unreachable only after the next ones.
     *
     * @param leak leaks once
     * @param meanwhile a legal request
     */
    public void leakUntilFound(Callable<?> leak, Callable<?> meanwhile) {
        long before = found();
        leakUntil(leak, meanwhile, () -> found() > before);
    }

    /**
     * Leaks until the headline of a report names the program's own line: that of the first that is found, or of the second or
     * third if these were beyond what the guard knows all of in a second.
     *
     * @param leak leaks once
     * @param meanwhile a legal request
     * @param line the line to change, as a stack trace shows it
     */
    public void assertNamed(Callable<?> leak, Callable<?> meanwhile, String line) {
        leakUntilFound(leak, meanwhile);
        int told = reports.size();
        leakUntil(leak, meanwhile, () -> isNamed(line) || reports.size() > told + 1);
        assertThat(isNamed(line))
                .as(() -> line + " is in no headline: " + text())
                .isTrue();
    }

    private void leakUntil(Callable<?> leak, Callable<?> meanwhile, BooleanSupplier end) {
        AtomicInteger rounds = new AtomicInteger();
        soon().untilAsserted(() -> {
            if (rounds.getAndIncrement() % 10 == 0) {
                leak.call();
            }
            meanwhile.call();
            System.gc();
            assertThat(guard.flush(BOUND)).as("the guard became quiet").isTrue();
            assertThat(end.getAsBoolean())
                    .as(() -> "open: " + guard.open().toText() + "\n" + text())
                    .isTrue();
        });
    }

    private boolean isNamed(String line) {
        return reports.stream().anyMatch(report -> headline(report).contains(line));
    }

    /** The headline for a person: the site and the path. */
    public static String headline(LeakReport report) {
        return report.toText().lines().findFirst().orElseThrow();
    }

    /** Waits until only long-lived resources are open. */
    public void awaitNothingOpen() {
        soon().untilAsserted(() -> {
            System.gc();
            assertThat(guard.open().groups())
                    .as(() -> guard.open().toText() + "\n" + text())
                    .allSatisfy(group -> assertThat(group.keptReason()).isNotEmpty());
        });
    }

    /** Asserts that nothing is open, and that nothing leaked nor was reported until now. */
    public void assertQuiet() {
        awaitNothingOpen();
        settle();
        assertThat(reports).as(this::text).isEmpty();
        assertThat(leaked()).as("leaked").isZero();
        assertThat(guard.stats().internalErrors()).as("internal errors").isZero();
    }

    /** Asserts that after an orderly shutdown nothing is open, and that no report was made: neither then nor before. */
    public void assertSilent() {
        assertQuiet();
        guard.close();
        assertThat(reports).as(this::text).isEmpty();
        assertThat(atShutdown).isEmpty();
    }

    @Override
    public void close() {
        guard.close();
    }
}
