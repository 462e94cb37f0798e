package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.leakguard.CaptureBudget;
import io.leakguard.GuardStats;
import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.internal.RunningEngine;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.config.Config;
import io.leakguard.report.HtmlReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What can go wrong in a process, made to go wrong: nothing is lost but what is counted as dropped. */
class FaultsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Recorder recorder = new Recorder();

    private LeakGuardBuilder builder() {
        return LeakGuard.builder()
                .listener(recorder)
                .capture(CaptureBudget.unlimited())
                .reportInterval(Duration.ZERO)
                .maxReportsPerMinute(1_000_000)
                .scopeGrace(Duration.ZERO)
                .log(false);
    }

    private static void leak(LeakGuard guard, int n) {
        for (int i = 0; i < n; i++) {
            guard.track(new Object(), Thing.KIND, "leak " + i);
        }
    }

    // ------------------------------------------------------------------------------------------------- listeners

    enum Fault {
        STACK_OVERFLOW {
            @Override
            void strike() {
                deeper(1);
            }

            private int deeper(int n) {
                return n < 0 ? 0 : deeper(n + 1) + 1;
            }
        },
        LINKAGE {
            @Override
            void strike() {
                throw new NoClassDefFoundError("com/acme/Gone");
            }
        },
        @SuppressWarnings("removal") // it still comes out of Thread.stop on the JDK that we start at
        THREAD_DEATH {
            @Override
            void strike() {
                throw new ThreadDeath();
            }
        },
        OUT_OF_MEMORY {
            @Override
            void strike() {
                throw new OutOfMemoryError("injected");
            }
        },
        EXCEPTION {
            @Override
            void strike() {
                throw new IllegalStateException("injected");
            }
        };

        abstract void strike();
    }

    @ParameterizedTest
    @EnumSource
    void a_listener_that_fails_in_any_way_is_called_again_and_the_others_miss_nothing(Fault fault) {
        try (LeakGuard guard = builder().build()) {
            AtomicInteger calls = new AtomicInteger();
            guard.addListener(report -> {
                calls.incrementAndGet();
                fault.strike();
            });
            leak(guard, 10);
            Gc.settle(guard);
            int sentinels = 2;
            assertThat(recorder.reports).hasSize(10);
            assertThat(calls).hasValue(10 + sentinels);
            assertThat(guard.stats().listenerFailures()).isEqualTo(10 + sentinels);
            assertThat(guard.stats().dropped()).isZero();
            assertThat(guard.stats().internalErrors()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_description_that_fails_in_any_way_costs_the_description_only(Fault fault) {
        try (LeakGuard guard = builder().build()) {
            Supplier<String> failing = () -> {
                fault.strike();
                return "not reached";
            };
            guard.track(new Object(), Thing.KIND, failing);
            Gc.settle(guard);
            assertThat(recorder.reports).hasSize(1);
            assertThat(recorder.reports.get(0).description()).startsWith("(its description failed: java.lang.");
            assertThat(guard.stats().internalErrors()).isZero();
        }
    }

    @Test
    void a_listener_that_takes_very_long_delays_neither_the_application_nor_the_others() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        AtomicInteger seen = new AtomicInteger();
        try (LeakGuard guard = builder().build()) {
            guard.addListener(report -> {
                seen.incrementAndGet();
                try {
                    slow.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            leak(guard, 20);
            Gc.until(() -> recorder.reports.size() == 20);
            assertThat(seen).hasValue(1);
            long start = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                new Thing(guard).close();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            slow.countDown();
            assertThat(guard.flush(LONG)).isTrue();
            assertThat(seen).hasValue(20);
            assertThat(guard.stats().dropped()).isZero();
        }
    }

    @Test
    @Timeout(60)
    void a_listener_may_use_all_of_the_guard_and_waits_for_itself_no_longer_than_it_says() {
        AtomicInteger done = new AtomicInteger();
        AtomicBoolean quiet = new AtomicBoolean(true);
        try (LeakGuard guard = builder().build()) {
            guard.addListener(report -> {
                LeakListener.Registration registration = guard.addListener(other -> {});
                try (LeakScope scope = guard.openScope("in a listener")) {
                    new Thing(guard).close();
                }
                quiet.set(guard.flush(Duration.ofMillis(50)));
                guard.open();
                guard.leaks();
                guard.stats();
                HtmlReport.of(guard).toHtml();
                registration.close();
                done.incrementAndGet();
            });
            leak(guard, 1);
            Gc.until(() -> done.get() == 1);
            assertThat(quiet).as("it can't have been delivered while it is").isFalse();
            assertThat(guard.stats().listenerFailures()).isZero();
        }
    }

    // ------------------------------------------------------------------------------------- our own threads, injected

    /** Fails on one of the guard's threads, at one of its looks at the clock. */
    @SuppressWarnings("removal") // ThreadDeath, as above
    private static final class FailingClock implements Clock {
        private final String thread;
        private final AtomicInteger countdown = new AtomicInteger(-1);
        private final AtomicInteger failures = new AtomicInteger();
        private volatile Supplier<? extends Error> error = ThreadDeath::new;

        FailingClock(String thread) {
            this.thread = thread;
        }

        @Override
        public long nanos() {
            if (Thread.currentThread().getName().startsWith(thread)
                    && countdown.get() >= 0
                    && countdown.getAndDecrement() == 0) {
                failures.incrementAndGet();
                throw error.get();
            }
            return System.nanoTime();
        }
    }

    private RunningEngine engine(Clock clock, String... settings) {
        Config config = Config.defaults();
        config.clock(clock);
        config.listener(recorder);
        config.set("log", "false", "test");
        config.set("report.interval", "0", "test");
        config.set("reports.per.minute", "1000000", "test");
        config.set("scope.grace", "0", "test");
        for (int i = 0; i < settings.length; i += 2) {
            config.set(settings[i], settings[i + 1], "test");
        }
        return new RunningEngine(config.snapshot());
    }

    private static void settle(RunningEngine engine) {
        assertThat(engine.awaitCollection(LONG)).isTrue();
    }

    private static void leak(RunningEngine engine, int n) {
        for (int i = 0; i < n; i++) {
            engine.track(new Object(), Thing.KIND, "leak", null, null);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_reporter_dies_at_any_point_and_what_it_had_in_hand_is_reported_or_counted(boolean memory) {
        FailingClock clock = new FailingClock("leakguard-reporter-");
        if (memory) {
            clock.error = () -> new OutOfMemoryError("injected");
        }
        RunningEngine engine = engine(clock);
        try {
            int leaks = 0;
            for (int point = 0; point < 20; point++) {
                leak(engine, 3);
                leaks += 3;
                clock.countdown.set(point);
                settle(engine);
            }
            assertThat(clock.failures).hasValueGreaterThan(10);
            GuardStats stats = engine.stats();
            assertThat(stats.of(Thing.KIND).collected()).isEqualTo(leaks);
            assertThat(stats.of(Thing.KIND).leaked()).isEqualTo(leaks);
            long reported = recorder.of(Thing.KIND).stream()
                    .filter(r -> r.cause() == LeakCause.COLLECTED)
                    .mapToLong(LeakReport::sinceLastReport)
                    .sum();
            // What it had in hand may be counted twice, as reported and as failed: never not at all.
            assertThat(reported).isLessThanOrEqualTo(leaks);
            assertThat(reported + stats.droppedBy().get(GuardStats.DropReason.FAILED))
                    .isBetween((long) leaks, (long) leaks + clock.failures.get());
            assertThat(stats.internalErrors()).isEqualTo(clock.failures.get());
            recorder.reports.clear();
            clock.countdown.set(-1);
            leak(engine, 5);
            settle(engine);
            assertThat(recorder.of(Thing.KIND)).as("it goes on").hasSize(5);
        } finally {
            engine.close();
        }
    }

    @Test
    void a_cleaner_thread_that_dies_at_a_scope_loses_neither_the_scope_nor_what_is_collected_after_it() {
        FailingClock clock = new FailingClock("leakguard-cleaner-");
        RunningEngine engine = engine(clock);
        try {
            for (int i = 0; i < 8; i++) {
                engine.openDetachedScope("forgotten", null, ScopeOptions.create());
                leak(engine, 2);
                clock.countdown.set(0);
                settle(engine);
            }
            assertThat(clock.failures).hasValueGreaterThan(4);
            assertThat(recorder.of(Thing.KIND)).hasSize(16);
            assertThat(recorder.of(ResourceKind.SCOPE)).hasSize(8);
        } finally {
            engine.close();
        }
    }

    @Test
    void a_sweep_that_dies_finds_the_rest_at_the_next_one() {
        FailingClock clock = new FailingClock("leakguard-reporter-");
        RunningEngine engine = engine(clock, "overdue", "10ms");
        try {
            List<Object> held = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Object handle = new Object();
                held.add(handle);
                engine.track(handle, Thing.KIND, "held", null, null);
            }
            Awaitility.await().atMost(LONG).until(() -> {
                clock.countdown.set(3);
                return recorder.of(Thing.KIND).size() >= 50 - clock.failures.get() && clock.failures.get() > 0;
            });
            assertThat(held).hasSize(50);
            assertThat(recorder.of(Thing.KIND)).allMatch(r -> r.cause() == LeakCause.OVERDUE);
        } finally {
            engine.close();
        }
    }

    private static List<Thread> threadsOf(String guard) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("leakguard-") && t.getName().contains("-" + guard))
                .toList();
    }

    // ------------------------------------------------------------------------------------------------- interrupts

    @Test
    void an_interrupted_thread_opens_closes_and_ends_as_any_other_and_stays_interrupted() {
        GuardFixture.onThread("interrupted", () -> {
            Thread.currentThread().interrupt();
            LeakGuard guard = builder().build();
            try (LeakScope scope = guard.openScope("interrupted")) {
                new Thing(guard).close();
                new Thing(guard, "escapes").leakTracker().touch("here");
            }
            List<Thing> held = new ArrayList<>(List.of(new Thing(guard, "held")));
            guard.close();
            assertThat(held).hasSize(1);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            // What escaped may be told as that or as open at the end, by which comes first: told it is.
            assertThat(recorder.atShutdown).hasSize(1);
            assertThat(recorder.of(Thing.KIND).size()
                            + recorder.atShutdown.get(0).total())
                    .isBetween(2L, 3L);
            assertThat(guard.stats().dropped()).isZero();
            assertThat(guard.stats().internalErrors()).isZero();
        });
    }

    @Test
    void interrupting_the_guards_threads_loses_nothing() {
        try (LeakGuard guard = builder().name("interrupts").build()) {
            for (int i = 0; i < 50; i++) {
                leak(guard, 4);
                System.gc();
                threadsOf("interrupts").forEach(Thread::interrupt);
            }
            Gc.settle(guard);
            assertThat(recorder.of(Thing.KIND)).hasSize(200);
            assertThat(guard.stats().dropped()).isZero();
            assertThat(guard.stats().internalErrors()).isZero();
        }
    }

    // ------------------------------------------------------------------------------------------------- the clock

    private static final class JumpingClock implements Clock {
        final AtomicLong wall = new AtomicLong(System.currentTimeMillis());
        final AtomicLong ahead = new AtomicLong();

        @Override
        public long nanos() {
            return System.nanoTime() + ahead.get();
        }

        @Override
        public long wallMillis() {
            return wall.get();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-400, -1, 1, 400})
    void a_wall_clock_that_jumps_changes_no_age_and_loses_nothing(long days) {
        JumpingClock clock = new JumpingClock();
        RunningEngine engine = engine(clock, "overdue", "1h", "report.interval", "10ms");
        try {
            leak(engine, 1);
            clock.wall.addAndGet(TimeUnit.DAYS.toMillis(days));
            settle(engine);
            leak(engine, 1);
            settle(engine);
            Awaitility.await()
                    .atMost(LONG)
                    .until(() -> recorder.of(Thing.KIND).stream()
                                    .mapToLong(LeakReport::sinceLastReport)
                                    .sum()
                            == 2);
            assertThat(recorder.of(Thing.KIND))
                    .allMatch(r -> r.cause() == LeakCause.COLLECTED)
                    .allMatch(r -> !r.openFor().isNegative() && r.openFor().compareTo(Duration.ofMinutes(5)) < 0);
        } finally {
            engine.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 400})
    void a_monotonic_clock_that_jumps_ahead_as_after_a_suspended_machine_stops_no_reports(long days) {
        JumpingClock clock = new JumpingClock();
        RunningEngine engine = engine(clock, "scope.grace", "50ms", "overdue", "400d", "report.interval", "10ms");
        List<Object> held = new ArrayList<>();
        try {
            leak(engine, 1);
            settle(engine);
            clock.ahead.addAndGet(TimeUnit.DAYS.toNanos(days));
            leak(engine, 1);
            settle(engine);
            LeakScope scope = engine.openDetachedScope("unit", null, ScopeOptions.create());
            try (LeakListener.Registration binding = scope.bind()) {
                held.add(new Object());
                engine.track(held.get(0), Thing.KIND, "escapes", null, null);
            }
            scope.close();
            leak(engine, 1);
            settle(engine);
            Awaitility.await()
                    .atMost(LONG)
                    .until(() -> recorder.of(Thing.KIND).stream()
                                    .mapToLong(LeakReport::sinceLastReport)
                                    .sum()
                            == 4);
            assertThat(recorder.of(Thing.KIND))
                    .extracting(LeakReport::cause)
                    .contains(LeakCause.COLLECTED, LeakCause.ESCAPED_SCOPE)
                    .doesNotContain(LeakCause.OVERDUE, LeakCause.GROWING);
            assertThat(recorder.of(Thing.KIND)).noneMatch(r -> r.openFor().isNegative());
            assertThat(held).hasSize(1);
        } finally {
            engine.close();
        }
    }

    // ------------------------------------------------------------------------------------------------- logging

    @Test
    void logging_that_opens_and_forgets_guarded_resources_does_not_feed_itself() {
        LeakGuard guard = LeakGuard.builder().listener(recorder).build();
        AtomicInteger events = new AtomicInteger();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                events.incrementAndGet();
                guard.track(new Object(), Thing.KIND, "opened by the log");
                try (LeakScope scope = guard.openScope("logging")) {
                    new Thing(guard).close();
                }
            }
        };
        appender.start();
        Logger logger = (Logger) LoggerFactory.getLogger("io.leakguard");
        logger.addAppender(appender);
        try {
            leak(guard, 1);
            Gc.until(() -> guard.stats().of(Thing.KIND).leaked() >= 2);
            for (int i = 0; i < 5; i++) {
                Gc.settle(guard);
            }
            // One for the leak, one for the leak of the log, one each for two sentinels: then the rate limit holds.
            assertThat(events.get()).isLessThan(8);
            assertThat(guard.stats().internalErrors()).isZero();
            assertThat(guard.stats().dropped()).isZero();
        } finally {
            logger.detachAppender(appender);
            guard.close();
        }
    }

    @Test
    void logging_that_fails_in_any_way_stops_nothing() {
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                // Exceptions are swallowed by the logger; errors come out.
                throw new StackOverflowError("injected");
            }
        };
        appender.start();
        Logger logger = (Logger) LoggerFactory.getLogger("io.leakguard");
        logger.addAppender(appender);
        try (LeakGuard guard = builder().log(true).build()) {
            guard.addListener(report -> {
                throw new IllegalStateException("is logged, which fails too");
            });
            leak(guard, 10);
            Gc.settle(guard);
            assertThat(recorder.reports).hasSize(10);
            assertThat(guard.stats().listenerFailures()).isEqualTo(24);
        } finally {
            logger.detachAppender(appender);
        }
    }

    // ------------------------------------------------------------------------------------------------- processes

    @TempDir
    Path dir;

    private String run(Class<?> main, String shell, String... options) throws Exception {
        Path out = dir.resolve("out.txt");
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                shell + "exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), dir.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    @Test
    void a_process_that_runs_out_of_memory_again_and_again_loses_no_leak_without_counting_it() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell");
        String text = "";
        for (int i = 0; i < 4 && !text.contains("ALL ACCOUNTED FOR"); i++) {
            text = run(NoMemory.class, "", "-Xmx48m");
            // Nobody chooses whose allocation fails: where it was the program's own, it is asked again.
            assertThat(text).containsAnyOf("ALL ACCOUNTED FOR", NoMemory.OWN);
        }
        assertThat(text).contains("ALL ACCOUNTED FOR");
    }

    /** Fills the heap to the last byte while the guard finds and explains leaks. */
    static final class NoMemory {
        static final String OWN = "the program's own allocation failed";

        private static final int LEAKS = 4_000;

        public static void main(String[] args) {
            try {
                leakWithoutMemory();
            } catch (OutOfMemoryError e) {
                System.out.println(OWN);
                System.exit(0);
            }
        }

        private static void leakWithoutMemory() {
            Recorder recorder = new Recorder();
            LeakGuard guard = LeakGuard.builder()
                    .listener(recorder)
                    .capture(CaptureBudget.unlimited())
                    .reportInterval(Duration.ZERO)
                    .maxReportsPerMinute(1_000_000)
                    .log(false)
                    .build();
            settle(guard); // it runs; a class that can't be initialised now can never be
            Objects.requireNonNull(Gc.SENTINEL); // the recorder's first use of it would be that
            int filled = 0;
            for (int round = 0; round < 40; round++) {
                leak(guard, LEAKS / 40);
                filled += fill();
            }
            settle(guard);
            GuardStats stats = guard.stats();
            long reported = recorder.of(Thing.KIND).size();
            long dropped = stats.dropped();
            System.out.println("heap filled " + filled + " times; " + stats);
            System.out.println(reported + " reported, " + dropped + " dropped, " + stats.listenerFailures()
                    + " not taken by the listener for want of memory");
            // The recorder itself may fail for want of memory, and the next count of such a failure too: what the guard
            // gave
            // out is what counts.
            boolean all = stats.of(Thing.KIND).collected() == LEAKS
                    && stats.of(Thing.KIND).leaked() == LEAKS
                    && reported <= LEAKS
                    && stats.reported() + dropped >= LEAKS
                    && filled == 40;
            recorder.reports.clear();
            leak(guard, 10);
            settle(guard);
            boolean goesOn = recorder.of(Thing.KIND).size() == 10;
            System.out.println(all && goesOn ? "ALL ACCOUNTED FOR" : "LOST, goes on: " + goesOn);
            guard.close();
            System.exit(all && goesOn ? 0 : 1);
        }

        private static void settle(LeakGuard guard) {
            if (!guard.awaitCollection(Duration.ofSeconds(30)) || !guard.flush(Duration.ofSeconds(30))) {
                System.out.println("not quiet: " + guard.stats());
                System.exit(2);
            }
        }

        private static int fill() {
            List<byte[]> all = new ArrayList<>();
            int size = 1 << 20;
            while (true) {
                try {
                    all.add(new byte[size]);
                } catch (OutOfMemoryError e) {
                    if (size > 64) {
                        size /= 4;
                        continue;
                    }
                    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
                    while (System.nanoTime() - until < 0) {
                        Thread.onSpinWait(); // the guard's threads run without memory
                    }
                    return all.isEmpty() ? 0 : 1;
                }
            }
        }
    }

    @Test
    void a_report_file_that_does_not_fit_on_the_disk_is_logged_and_the_old_one_stays() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell that can limit the size of files");
        Files.writeString(dir.resolve("report.html"), "the old page");
        // The limit counts in blocks of 512 bytes or of 1,024: the page is larger than both.
        String text = run(FullDisk.class, "ulimit -f 16; ", "-Xshare:auto", "-XX:-UsePerfData");
        assertThat(text)
                .contains("CLOSED")
                .contains("LEAK test.thing")
                .contains("the report can't be written to ")
                .contains("File too large");
        assertThat(Files.readString(dir.resolve("report.html"))).isEqualTo("the old page");
        try (var files = Files.list(dir)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder("out.txt", "report.html");
        }
    }

    static final class FullDisk {
        public static void main(String[] args) {
            LeakGuard guard = LeakGuard.builder()
                    .reportFile(Path.of(args[0], "report.html"))
                    .build();
            leak(guard, 1);
            guard.awaitCollection(Duration.ofSeconds(30));
            guard.close();
            System.out.println("CLOSED");
            System.exit(
                    guard.stats().of(Thing.KIND).leaked() == 1 && guard.stats().internalErrors() == 0 ? 0 : 1);
        }
    }

    @Test
    void a_class_loader_that_is_closed_under_the_guard_does_not_stop_its_reports() throws Exception {
        assertThat(run(ClosedLoader.class, "")).contains("ALL REPORTED");
    }

    static final class ClosedLoader {
        public static void main(String[] args) throws Exception {
            GuardLeavesNothingTest.inAnotherLoader(BeforeClosing.class).close();
            Runnable rest = (Runnable) System.getProperties().get("test.rest");
            rest.run();
            System.out.println("ALL REPORTED");
            System.exit(0);
        }
    }

    /** Runs inside the other class loader: the first part before it is closed, the rest after. */
    public static final class BeforeClosing implements Runnable {
        @Override
        public void run() {
            Recorder recorder = new Recorder();
            LeakGuard guard = LeakGuard.builder()
                    .listener(recorder)
                    .capture(CaptureBudget.unlimited())
                    .reportInterval(Duration.ZERO)
                    .scopeGrace(Duration.ZERO)
                    .overdueAfter(Duration.ofSeconds(1))
                    .build();
            Thing held = new Thing(guard, "held");
            awaitReports(guard, recorder, 0); // loads what this test needs itself, and so does the next line
            guard.flush(Duration.ofSeconds(20)); // the guard's reporter runs, and has loaded what it needs
            if (recorder.of(Gc.SENTINEL).size() > 0) {
                throw new AssertionError("nothing can have leaked yet");
            }
            System.getProperties().put("test.rest", (Runnable) () -> {
                guard.track(new Object(), Thing.KIND, "leaked after the loader was closed");
                LeakScope scope = guard.openScope("unit");
                Thing escaped = new Thing(guard, "escaped");
                scope.close();
                awaitReports(guard, recorder, 3);
                escaped.close();
                held.close();
                guard.open().toText();
                guard.close();
                if (guard.stats().internalErrors() > 0 || guard.stats().dropped() > 0) {
                    throw new AssertionError(guard.stats());
                }
            });
        }

        private static void awaitReports(LeakGuard guard, Recorder recorder, int n) {
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (recorder.of(Thing.KIND).size() < n && System.nanoTime() - deadline < 0) {
                System.gc();
                LockSupport.parkNanos(1_000_000);
            }
            if (recorder.of(Thing.KIND).size() < n) {
                throw new AssertionError("only " + recorder.reports + guard.stats());
            }
        }
    }
}
