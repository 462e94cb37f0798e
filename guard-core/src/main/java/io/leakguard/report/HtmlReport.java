package io.leakguard.report;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.base.Threads;
import io.leakguard.watch.ResourceWatch;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A page with leaks, open resources and their history: one HTML file that opens from disk and loads nothing.
 *
 * <p>It is a snapshot of the time when it is made: immutable, thread-safe, and it references nothing of the application
 * but strings. All text of the application (descriptions, thread names, frames) is shown as plain text.
 *
 * {@snippet :
 * HtmlReport.of(guard).writeTo(Path.of("target/leakguard-report.html"));
 * }
 */
public final class HtmlReport {

    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/\\s?#\\\\@]+([/?#][^\\s\\\\]*)?");
    private static final Pattern RELATIVE = Pattern.compile("(/(?![/\\\\])|\\./|\\.\\./|\\?|#)[^\\s\\\\]*");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(?:traceId|spanId|openedAt)}");

    private final String html;

    private HtmlReport(Builder builder) {
        html = Page.render(builder);
    }

    /**
     * Takes a snapshot of a guard.
     *
     * @param guard the guard, open or closed
     * @return the page
     */
    public static HtmlReport of(LeakGuard guard) {
        return builder(guard).build();
    }

    /**
     * Returns a builder of a page about a guard.
     *
     * @param guard the guard
     * @return a new builder
     */
    public static Builder builder(LeakGuard guard) {
        return new Builder(guard);
    }

    /**
     * Returns the page.
     *
     * @return the HTML document, to be sent or stored as UTF-8
     */
    public String toHtml() {
        return html;
    }

    /**
     * Appends the page.
     *
     * @param out the target
     * @throws IOException if {@code out} throws it
     */
    public void appendTo(Appendable out) throws IOException {
        out.append(html);
    }

    /**
     * Writes the page to a file. A reader of the file sees the old page or the new one, never a part: the page is
     * written beside the file and then renamed. Missing folders are created. If the target is not a regular file, such
     * as a pipe, the page is written to it directly.
     *
     * @param file the file
     * @throws IOException if it can't be written, for lack of space or of permission; the message names the file and
     *     the reason, an older file stays as it was and nothing is left behind
     */
    public void writeTo(Path file) throws IOException {
        byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
        try {
            Path target = file.toAbsolutePath();
            Path folder = target.getParent();
            if (folder == null || Files.isDirectory(target)) {
                throw new FileSystemException(file.toString(), null, "is a directory");
            }
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.WRITE)) {
                    out.write(bytes);
                }
            } else {
                replace(Files.exists(target) ? target.toRealPath() : target, bytes);
            }
        } catch (IOException e) {
            throw new IOException("the report can't be written to " + file + ": " + reason(e), e);
        }
    }

    private static void replace(Path target, byte[] bytes) throws IOException {
        // No UUID: it would read /dev/urandom, and there may be no descriptor left.
        Path part = target.resolveSibling(
                "." + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".leakguard-part");
        try {
            try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW)) {
                out.write(bytes);
            }
            try {
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            try {
                Files.deleteIfExists(part);
            } catch (IOException other) {
                e.addSuppressed(other);
            }
            throw e;
        }
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        String message = e.getMessage();
        return e instanceof FileSystemException || message == null
                ? e.getClass().getSimpleName() + (message == null ? "" : " " + message)
                : message;
    }

    /**
     * The distance to a limit.
     *
     * @param name the limited resource, such as {@code ephemeral ports}
     * @param used the used amount; empty if unknown
     * @param limit the limit; empty if unknown or unlimited
     * @param unit the unit, empty for a number of things
     */
    public record Limit(String name, OptionalLong used, OptionalLong limit, String unit) {}

    /** The rating of a page's result. */
    public enum Verdict {
        /** No fault. */
        GOOD,
        /** A problem that should be checked. */
        WARNING,
        /** A fault. */
        BAD
    }

    /**
     * A table of the user's own on the page, sortable as the others are: leaks by test, for example, or unused
     * allowances.
     *
     * @param title its heading
     * @param note a sentence above it, empty for none
     * @param columns the columns' headings, at least one
     * @param rows the rows, each with a text for each column; a column of numbers is sorted as such
     */
    public record Section(String title, String note, List<String> columns, List<List<String>> rows) {

        /**
         * Copies the lists.
         *
         * @throws IllegalArgumentException if there is no column, or a row has more or fewer texts than there are columns
         */
        public Section {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
            if (columns.isEmpty()) {
                throw new IllegalArgumentException("section '" + title + "' has no columns: give at least one");
            }
            for (List<String> row : rows) {
                if (row.size() != columns.size()) {
                    throw new IllegalArgumentException("section '" + title + "' has " + columns.size()
                            + " columns, but a row of " + row.size() + " texts: give one for each column");
                }
            }
        }
    }

    /**
     * Keeps the history for the page's timeline: counts and descriptors at regular moments, on a thread of its own. It
     * keeps at most 512 samples. When it is full it drops every second one and samples less often, so that it always
     * spans the guard's whole life. It ends by itself when the guard is closed, and keeps the list of resources that
     * were open then. Thread-safe.
     *
     * {@snippet :
     * HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard);
     * // later
     * HtmlReport page = HtmlReport.builder(guard).recorder(recorder).build();
     * }
     */
    public static final class Recorder implements LeakListener, AutoCloseable {

        private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

        private final LeakGuard guard;
        private final long intervalNanos;
        private final History history = new History();
        private final LeakListener.Registration registration;
        private final Thread thread;
        private final Map<PressureReport.Area, PressureReport> pressure = new ConcurrentHashMap<>();
        private volatile boolean closed;
        private volatile @Nullable OpenResources openAtShutdown;

        private Recorder(LeakGuard guard, Duration interval) {
            this.guard = guard;
            this.intervalNanos = interval.toNanos();
            sample();
            this.registration = guard.addListener(this);
            this.thread = Threads.daemon(this::run, "leakguard-recorder-" + guard.name());
            thread.start();
        }

        /**
         * Starts to record, once a second at first.
         *
         * @param guard the guard
         * @return a recorder, to be closed when the history is long enough; closing the guard ends it too
         */
        public static Recorder start(LeakGuard guard) {
            return start(guard, Duration.ofSeconds(1));
        }

        /**
         * Starts to record.
         *
         * @param guard the guard
         * @param interval the time between two samples, at first
         * @return a recorder
         * @throws IllegalArgumentException if the interval is shorter than 10 ms or longer than a day
         */
        public static Recorder start(LeakGuard guard, Duration interval) {
            Objects.requireNonNull(guard, "guard");
            if (interval.compareTo(Duration.ofMillis(10)) < 0 || interval.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException(
                        "recording interval " + interval + ": give a time from 10 ms to 1 day, such as 1 s");
            }
            return new Recorder(guard, interval);
        }

        /** Takes a sample now, besides the regular ones: at the end of a phase, for example. */
        public void sample() {
            take();
        }

        private void take() {
            var stats = guard.stats();
            Limit descriptors = ProcessLimits.descriptors();
            history.add(new History.Sample(
                    System.currentTimeMillis(),
                    stats.opened(),
                    stats.closed(),
                    stats.open(),
                    stats.leaked(),
                    descriptors.used().orElse(-1),
                    descriptors.limit().orElse(-1)));
        }

        private void run() {
            long next = System.nanoTime() + intervalNanos;
            while (!closed && guard.isEnabled()) {
                long wait = next - System.nanoTime();
                if (wait <= 0) {
                    take();
                    next = System.nanoTime()
                            + Math.max(intervalNanos, TimeUnit.MILLISECONDS.toNanos(history.gapMillis()));
                } else {
                    LockSupport.parkNanos(Math.min(wait, LOOK_NANOS));
                }
            }
            if (!closed) {
                take();
            }
        }

        /** Does nothing: the guard keeps the leaks. */
        @Override
        public void onLeak(LeakReport report) {}

        @Override
        public void onOpenAtShutdown(OpenResources open) {
            openAtShutdown = open;
        }

        /** Keeps the newest report of each area, for the page's limits. */
        @Override
        public void onPressure(PressureReport report) {
            pressure.put(report.area(), report);
        }

        List<PressureReport> pressure() {
            return List.copyOf(pressure.values());
        }

        List<History.Sample> samples() {
            return history.samples();
        }

        @Nullable
        OpenResources openAtShutdown() {
            return openAtShutdown;
        }

        /** Ends the recording with a last sample. The recorded samples stay. Closing it again does nothing. */
        @Override
        public void close() {
            if (!closed) {
                closed = true;
                take();
                registration.close();
                LockSupport.unpark(thread);
            }
        }
    }

    /** Makes a page. Not thread-safe. */
    public static final class Builder {

        final LeakGuard guard;
        final List<Limit> limits = new ArrayList<>();
        final List<Section> sections = new ArrayList<>();
        final Instant now = Instant.now();
        String title = "LeakGuard report";
        String verdictText = "";
        String traceLink = "";
        Verdict verdict = Verdict.GOOD;
        int maxSites = 5_000;

        @Nullable
        Recorder recorder;

        @Nullable
        ResourceWatch watch;

        private Builder(LeakGuard guard) {
            this.guard = Objects.requireNonNull(guard, "guard");
        }

        /**
         * Sets the page's title.
         *
         * @param title the title
         * @return this builder
         */
        public Builder title(String title) {
            this.title = Objects.requireNonNull(title, "title");
            return this;
        }

        /**
         * Sets the first sentence of the page, in place of a count of all leaks: for example if some leaks are
         * accepted.
         *
         * @param level the rating of the result
         * @param text the sentence
         * @return this builder
         */
        public Builder verdict(Verdict level, String text) {
            this.verdict = Objects.requireNonNull(level, "level");
            this.verdictText = Objects.requireNonNull(text, "text");
            return this;
        }

        /**
         * Makes trace ids links to a tracing backend: {@code https://traces.acme.org/trace/{traceId}}.
         *
         * @param template an address that starts with {@code https://}, {@code http://}, {@code /}, {@code ./},
         *     {@code ?} or {@code #} and has {@code {traceId}} in it; {@code {spanId}} and {@code {openedAt}}, in
         *     milliseconds since 1970, are replaced too
         * @return this builder
         * @throws IllegalArgumentException if it has another form
         */
        public Builder traceLink(String template) {
            String plain = PLACEHOLDER.matcher(template).replaceAll("0");
            if (!template.contains("{traceId}")
                    || !(ABSOLUTE.matcher(plain).matches()
                            || RELATIVE.matcher(plain).matches())) {
                throw new IllegalArgumentException("trace link '" + Text.safe(template, 200)
                        + "' is not an address with {traceId} in it: give one like"
                        + " https://traces.acme.org/trace/{traceId} or /trace/{traceId}");
            }
            this.traceLink = template;
            return this;
        }

        /**
         * Shows the history of a recorder as a timeline, and the last reports of a
         * {@link io.leakguard.watch.ResourceWatch} about limits that are close. For a closed guard, the page also shows
         * the resources that were open when it was closed.
         *
         * @param recorder the recorder of the same guard
         * @return this builder
         */
        public Builder recorder(Recorder recorder) {
            this.recorder = Objects.requireNonNull(recorder, "recorder");
            return this;
        }

        /**
         * Shows what a watch knows of the process's memory by part, and of the files that take disk without need.
         *
         * @param watch the watch, which must be open
         * @return this builder
         */
        public Builder watch(ResourceWatch watch) {
            this.watch = Objects.requireNonNull(watch, "watch");
            return this;
        }

        /**
         * Shows a limit, after those of descriptors, heap, memory, swap and stalls, which are shown where they are known.
         *
         * @param limit the limit
         * @return this builder
         */
        public Builder limit(Limit limit) {
            limits.add(Objects.requireNonNull(limit, "limit"));
            return this;
        }

        /**
         * Adds a table of the user's own.
         *
         * @param section the table
         * @return this builder
         */
        public Builder section(Section section) {
            sections.add(Objects.requireNonNull(section, "section"));
            return this;
        }

        /**
         * Sets how many sites of leaks, and how many of open resources, are listed (default 5,000). The page says how
         * many more there are.
         *
         * @param sites the largest number
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maxSites(int sites) {
            if (sites < 1) {
                throw new IllegalArgumentException("max sites " + sites + ": give 1 or more");
            }
            this.maxSites = sites;
            return this;
        }

        /**
         * Takes the snapshot.
         *
         * @return the page
         */
        public HtmlReport build() {
            return new HtmlReport(this);
        }
    }
}
