package io.leakguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One resource that this process is running out of: how close the limit is, and why.
 *
 * <p>Immutable and thread-safe. {@code io.leakguard.watch.ResourceWatch} makes it and passes it to
 * {@link LeakListener#onPressure}. {@link #toText()} is the text in the log.
 *
 * @param area the resource that is running out
 * @param level how close the limit is
 * @param detectedAt the time of the finding
 * @param summary the finding, in one line that is complete by itself
 * @param used the used amount; empty if unknown
 * @param limit the limit; empty if unknown or unlimited
 * @param growthPerSecond the growth of the use, by a slope that is robust to outliers; empty if it doesn't grow or is
 *     unknown
 * @param timeLeft the time until the limit is reached at this growth; empty if it doesn't grow or the limit is unknown
 * @param sections lists of its parts, such as descriptors by type, each with the largest first
 * @param opened the open resources that the guard knows and that are part of it, by site
 * @param untracked the number of open descriptors that the guard doesn't know; empty if that makes no sense
 * @param advice the recommended action, empty if there is nothing to add
 */
public record PressureReport(
        Area area,
        Level level,
        Instant detectedAt,
        String summary,
        OptionalLong used,
        OptionalLong limit,
        OptionalDouble growthPerSecond,
        Optional<Duration> timeLeft,
        List<Section> sections,
        List<OpenResources.Group> opened,
        OptionalLong untracked,
        String advice) {

    /** The resources that can run out. */
    public enum Area {
        /** Open file descriptors against the process's limit. */
        FILE_DESCRIPTORS("file descriptors"),
        /** Sockets that the peer has closed and this process hasn't, for too long: each is a leak. */
        CLOSE_WAIT("sockets in CLOSE_WAIT"),
        /** Ports for outgoing connections to one destination. */
        EPHEMERAL_PORTS("ephemeral ports"),
        /** Connections that wait to be accepted, or that were refused since too many waited. */
        ACCEPT_QUEUE("accept queue"),
        /** The part of the old generation that a collection leaves. */
        HEAP("heap after GC"),
        /** Direct buffers. */
        DIRECT_MEMORY("direct memory"),
        /** Threads. */
        THREADS("threads"),
        /** Loaded classes; they grow when class loaders leak. */
        CLASSES("loaded classes"),
        /** Class loaders. They grow when a reference to each deployment, plugin or script is kept. */
        CLASS_LOADERS("class loaders"),
        /** All memory of this process against the limit at which the kernel kills it; the heap is a part of it. */
        PROCESS_MEMORY("process memory"),
        /** Bytes on disk of files that were deleted and are still open. */
        DELETED_FILES("deleted files still open"),
        /** Bytes of temporary files that this process made and left. */
        TEMPORARY_FILES("temporary files left");

        private final String text;

        Area(String text) {
            this.text = text;
        }

        /**
         * Returns this area in words.
         *
         * @return a phrase
         */
        public String text() {
            return text;
        }
    }

    /** How close the limit is. Ordered: a later level is worse. */
    public enum Level {
        /** All is well. A report of this level says that the pressure is over. */
        NORMAL,
        /** Worth a look: the first threshold was passed, or it keeps growing. */
        WARNING,
        /** The second threshold was passed. */
        HIGH,
        /** The third threshold was passed. */
        CRITICAL,
        /** Nothing is left. */
        EXHAUSTED
    }

    /**
     * A list of its parts.
     *
     * @param title the subject of the list, such as {@code by type}
     * @param lines the entries, largest first
     */
    public record Section(String title, List<Line> lines) {
        /** Copies the list. */
        public Section {
            lines = List.copyOf(lines);
        }
    }

    /**
     * An entry of a section.
     *
     * @param count the number
     * @param name the name of the counted objects
     */
    public record Line(long count, String name) {}

    /** Copies the lists. */
    public PressureReport {
        sections = List.copyOf(sections);
        opened = List.copyOf(opened);
    }

    /**
     * Returns the used share.
     *
     * @return 0 to 1 and more; empty if use or limit is unknown
     */
    public OptionalDouble utilization() {
        return used.isPresent() && limit.isPresent() && limit.getAsLong() > 0
                ? OptionalDouble.of((double) used.getAsLong() / limit.getAsLong())
                : OptionalDouble.empty();
    }

    /**
     * Returns the whole report as in the log: a first line that is complete by itself, then the details.
     *
     * @return several lines of text without a trailing line break; control characters are shown as escapes
     */
    public String toText() {
        return PressureText.render(this);
    }
}
