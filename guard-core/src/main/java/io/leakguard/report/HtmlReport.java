package io.leakguard.report;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.internal.base.Text;
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
 * A page that shows what leaked, what is open and how that went: one HTML file that opens from disk and loads nothing.
 *
 * <p>It is a snapshot, taken when it is made: immutable, thread-safe, and it references nothing of the application but
 * strings. Text of the application (descriptions, thread names, frames) is shown as text, whatever is in it.
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
     * @param out where to
     * @throws IOException if {@code out} throws it
     */
    public void appendTo(Appendable out) throws IOException {
        out.append(html);
    }

    /**
     * Writes the page to a file. Whoever reads the file meanwhile sees the old page or the new one, never a part: it is
     * written beside it and then renamed. Folders that are missing are made. What is not a regular file, such as a pipe,
     * is written to directly.
     *
     * @param file the file
     * @throws IOException if it can't be written, for want of space or of permission; the message names the file and the
     *     reason, an older file is left as it was and nothing is left behind
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
        // Not by a UUID: that would read /dev/urandom, and there may be no descriptor left.
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
     * How far it is to a wall.
     *
     * @param name what is limited, such as {@code ephemeral ports}
     * @param used how much is used; empty if unknown
     * @param limit how much there is; empty if unknown or unlimited
     * @param unit the unit, empty for a number of things
     */
    public record Limit(String name, OptionalLong used, OptionalLong limit, String unit) {}

    /** How good the news of a page is. */
    public enum Verdict {
        /** Nothing is wrong. */
        GOOD,
        /** Something is to be looked at. */
        WARNING,
        /** Something is wrong. */
        BAD
    }

    /**
     * A table of one's own on the page, sortable as the others are: leaks by test, say, or allowances that were not used.
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
     * Keeps the history that the page's timeline shows: counts and descriptors at regular moments, on a thread of its
     * own. Bounded: it keeps at most 512 samples, and once it is full it drops every second one and samples less
     * often, so that it always spans the guard's whole life. It ends by itself when the guard is closed, and keeps what was
     * open then. Thread-safe.
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
            // Inherits neither thread locals nor a context class loader from whoever happens to start it.
            this.thread = new Thread(null, this::run, "leakguard-recorder-" + guard.name(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
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

        /** Takes a sample now, besides the regular ones: at the end of a phase, say. */
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

        /** Ends the recording with a last sample; what was recorded stays. Closing it again does nothing. */
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
         * Sets the sentence that the page begins with, in place of one that counts all that leaked: where some leaks are
         * accepted, say.
         *
         * @param level how good the news is
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
         * @param template an address that starts with {@code https://}, {@code http://}, {@code /}, {@code ./}, {@code
         *     ?} or {@code #} and has {@code {traceId}} in it; also replaced are {@code {spanId}} and {@code {openedAt}},
         *     in milliseconds since 1970
         * @return this builder
         * @throws IllegalArgumentException if it is of another form
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
         * Shows the history of a recorder as a timeline, and what a {@link io.leakguard.watch.ResourceWatch} last told of
         * limits that are close. For a guard that is closed, what was open when it was closed is
         * shown too.
         *
         * @param recorder the recorder of the same guard
         * @return this builder
         */
        public Builder recorder(Recorder recorder) {
            this.recorder = Objects.requireNonNull(recorder, "recorder");
            return this;
        }

        /**
         * Shows a limit, after those of descriptors and heap, which are always shown.
         *
         * @param limit the limit
         * @return this builder
         */
        public Builder limit(Limit limit) {
            limits.add(Objects.requireNonNull(limit, "limit"));
            return this;
        }

        /**
         * Adds a table of one's own.
         *
         * @param section the table
         * @return this builder
         */
        public Builder section(Section section) {
            sections.add(Objects.requireNonNull(section, "section"));
            return this;
        }

        /**
         * Sets how many sites of leaks, and how many of open resources, are listed; the page says how many more there are
         * (default 5,000).
         *
         * @param sites how many at the most
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
