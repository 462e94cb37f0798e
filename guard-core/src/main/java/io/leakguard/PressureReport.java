package io.leakguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far it is to the wall: one thing that this process is running out of, explained.
 *
 * <p>Immutable and thread-safe. Made by {@code io.leakguard.watch.ResourceWatch}, given to {@link
 * LeakListener#onPressure}. {@link #toText()} is what the log shows.
 *
 * @param area what is running out
 * @param level how close it is
 * @param detectedAt when it was found
 * @param summary what was found, in one line that reads well alone
 * @param used how much is used; empty if unknown
 * @param limit how much there is; empty if unknown or unlimited
 * @param growthPerSecond how fast the use grows, by a slope that outliers don't bend; empty if it doesn't or is unknown
 * @param timeLeft when the limit is reached if it goes on like this; empty if it doesn't grow or the limit is unknown
 * @param sections lists of what it consists of, such as descriptors by type, each with the largest first
 * @param opened the open resources that the guard knows of and that are part of it, by site
 * @param untracked how many descriptors are open that the guard doesn't know of; empty where that makes no sense
 * @param advice what to do, empty if there is nothing to add
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

    /** What can run out. */
    public enum Area {
        /** Open file descriptors against the process's limit. */
        FILE_DESCRIPTORS("file descriptors"),
        /** Sockets that the peer has closed and this process hasn't, for too long: each is a leak. */
        CLOSE_WAIT("sockets in CLOSE_WAIT"),
        /** Ports for outgoing connections to one destination. */
        EPHEMERAL_PORTS("ephemeral ports"),
        /** Connections that wait to be accepted, or that were refused since too many waited. */
        ACCEPT_QUEUE("accept queue"),
        /** What is left of the old generation after a collection. */
        HEAP("heap after GC"),
        /** Direct buffers. */
        DIRECT_MEMORY("direct memory"),
        /** Threads. */
        THREADS("threads"),
        /** Loaded classes; they grow when class loaders leak. */
        CLASSES("loaded classes"),
        /** Class loaders; they grow when something of each deployment, plugin or script is kept. */
        CLASS_LOADERS("class loaders");

        private final String text;

        Area(String text) {
            this.text = text;
        }

        /**
         * Returns this in words.
         *
         * @return a phrase
         */
        public String text() {
            return text;
        }
    }

    /** How close it is. Ordered: a later one is worse. */
    public enum Level {
        /** All is well; a report of it says that it is so again. */
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
     * A list of what it consists of.
     *
     * @param title what is listed, such as {@code by type}
     * @param lines the entries, most first
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
     * @param count how many
     * @param name of what
     */
    public record Line(long count, String name) {}

    /** Copies the lists. */
    public PressureReport {
        sections = List.copyOf(sections);
        opened = List.copyOf(opened);
    }

    /**
     * Returns the share that is used.
     *
     * @return 0 to 1 and more; empty if use or limit is unknown
     */
    public OptionalDouble utilization() {
        return used.isPresent() && limit.isPresent() && limit.getAsLong() > 0
                ? OptionalDouble.of((double) used.getAsLong() / limit.getAsLong())
                : OptionalDouble.empty();
    }

    /**
     * Returns the whole report as the log shows it: a first line that reads well alone, then the details.
     *
     * @return several lines of text without a trailing line break; control characters are shown as escapes
     */
    public String toText() {
        return PressureText.render(this);
    }
}
