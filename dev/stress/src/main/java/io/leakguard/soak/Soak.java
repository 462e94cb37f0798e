package io.leakguard.soak;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.FileAppender;
import io.leakguard.GuardStats;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.LoggerFactory;

/** Shared by both parts of the soak: the log, the gauges, and the verdict. Arguments: minutes, a folder for the log. */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would need another dependency
public final class Soak {

    private static final List<String> WRONG = new ArrayList<>();

    private Soak() {}

    public static void main(String[] args) throws Exception {
        double minutes = Double.parseDouble(args[0]);
        Path folder = Path.of(args[1]);
        Files.createDirectories(folder);
        say(
                "JDK %s, %d processors, heap up to %d MiB",
                System.getProperty("java.vm.version"),
                Runtime.getRuntime().availableProcessors(),
                Runtime.getRuntime().maxMemory() >> 20);
        Mixed.run(minutes * 0.8, folder);
        ManySites.run(minutes * 0.2, folder);
        if (!WRONG.isEmpty()) {
            WRONG.forEach(text -> say("WRONG: %s", text));
            System.exit(1);
        }
        say("all as it should be");
        System.exit(0);
    }

    static void say(String format, Object... args) {
        System.out.printf(Locale.ROOT, format + "%n", args);
    }

    static void check(boolean right, String format, Object... args) {
        if (!right) {
            WRONG.add(String.format(Locale.ROOT, format, args));
        }
    }

    /** The sums over all reports. */
    static final class Sums implements LeakListener {
        private final Map<ResourceKind, LongAdder> collected = new ConcurrentHashMap<>();
        final LongAdder escaped = new LongAdder();
        final LongAdder reports = new LongAdder();

        @Override
        public void onLeak(LeakReport report) {
            reports.increment();
            switch (report.cause()) {
                case COLLECTED ->
                    collected
                            .computeIfAbsent(report.kind(), kind -> new LongAdder())
                            .add(report.sinceLastReport());
                case ESCAPED_SCOPE -> escaped.add(report.sinceLastReport());
                default -> {}
            }
        }

        long collected(ResourceKind kind) {
            LongAdder sum = collected.get(kind);
            return sum == null ? 0 : sum.sum();
        }

        long collected() {
            return collected.values().stream().mapToLong(LongAdder::sum).sum();
        }
    }

    /** A log file, as a daemon has it. */
    static final class Log extends AppenderBase<ILoggingEvent> {
        final Path file;
        private final Map<Kind, AtomicLong> events = new EnumMap<>(Kind.class);
        private final FileAppender<ILoggingEvent> appender = new FileAppender<>();
        volatile String firstError = "";

        private enum Kind {
            LEAK,
            ERROR,
            OTHER
        }

        Log(Path file) {
            this.file = file;
            for (Kind kind : Kind.values()) {
                events.put(kind, new AtomicLong());
            }
            LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
            context.reset();
            setContext(context);
            start();
            PatternLayoutEncoder encoder = new PatternLayoutEncoder();
            encoder.setContext(context);
            encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %logger - %msg%n");
            encoder.start();
            appender.setContext(context);
            appender.setFile(file.toString());
            appender.setAppend(false);
            appender.setEncoder(encoder);
            appender.start();
            var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            root.setLevel(Level.INFO);
            root.addAppender(this);
            root.addAppender(appender);
        }

        @Override
        protected void append(ILoggingEvent event) {
            boolean error = event.getLevel().isGreaterOrEqual(Level.ERROR);
            if (error && firstError.isEmpty()) {
                firstError = event.getFormattedMessage();
            }
            Kind kind = error ? Kind.ERROR : event.getLoggerName().equals("io.leakguard.leak") ? Kind.LEAK : Kind.OTHER;
            count(kind).incrementAndGet();
        }

        private AtomicLong count(Kind kind) {
            AtomicLong count = events.get(kind);
            if (count == null) {
                throw new IllegalStateException(kind.name());
            }
            return count;
        }

        long leaks() {
            return count(Kind.LEAK).get();
        }

        long errors() {
            return count(Kind.ERROR).get();
        }

        void end() {
            appender.stop();
        }
    }

    /** Heap after a collection, threads and descriptors, over time. */
    static final class Gauges {
        private final List<long[]> samples = new ArrayList<>();

        void sample() throws IOException {
            System.gc();
            long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            long descriptors = 0;
            Path own = Path.of("/proc/self/fd");
            if (Files.isDirectory(own)) {
                try (DirectoryStream<Path> all = Files.newDirectoryStream(own)) {
                    for (Path ignored : all) {
                        descriptors++;
                    }
                }
            }
            samples.add(new long[] {heap, threads, descriptors});
        }

        /** The median of the first and of the last third of the readings after the warm-up. */
        private long[] thirds(int column) {
            List<long[]> warm = samples.subList(samples.size() / 5, samples.size());
            int third = Math.max(1, warm.size() / 3);
            return new long[] {
                median(warm.subList(0, third), column), median(warm.subList(warm.size() - third, warm.size()), column)
            };
        }

        private static long median(List<long[]> rows, int column) {
            long[] values = rows.stream().mapToLong(row -> row[column]).sorted().toArray();
            return values[values.length / 2];
        }

        void judge() {
            long[] heap = thirds(0);
            long[] threads = thirds(1);
            long[] descriptors = thirds(2);
            say(
                    "  first third → last third of %d samples: heap after GC %.1f → %.1f MiB, threads %d → %d, descriptors %d → %d",
                    samples.size(),
                    heap[0] / 1048576.0,
                    heap[1] / 1048576.0,
                    threads[0],
                    threads[1],
                    descriptors[0],
                    descriptors[1]);
            check(heap[1] < heap[0] * 1.1 + (4 << 20), "the heap grew: %s", Arrays.toString(heap));
            check(Math.abs(threads[1] - threads[0]) <= 3, "threads: %s", Arrays.toString(threads));
            check(Math.abs(descriptors[1] - descriptors[0]) <= 16, "descriptors: %s", Arrays.toString(descriptors));
        }
    }

    /** The expected state of the log and the guard at the end of either part. */
    static void judge(GuardStats stats, Sums sums, Log log, double minutes) throws IOException {
        log.end();
        long size = Files.size(log.file);
        say(
                "  log: %,d reports, %.1f MiB, %.0f a minute; errors logged: %d; internal errors %d, listener failures %d",
                log.leaks(),
                size / 1048576.0,
                log.leaks() / minutes,
                log.errors(),
                stats.internalErrors(),
                stats.listenerFailures());
        check(log.errors() == 0, "errors were logged: %s", log.firstError);
        check(stats.internalErrors() == 0, "internal errors: %d", stats.internalErrors());
        check(stats.listenerFailures() == 0, "listener failures: %d", stats.listenerFailures());
        check(sums.reports.sum() > 0, "nothing was reported");
        check(log.leaks() <= 600 * (minutes + 2) + 600, "the log is flooded: %d", log.leaks());
    }
}
