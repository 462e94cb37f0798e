package io.leakguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is open now and who opened it: a snapshot, grouped by kind and path, the paths of one site after each other, what
 * matters most first.
 *
 * @param takenAt when
 * @param total how many resources were open
 * @param groups the groups by the count of their site, then by their own, then by age, largest first; after them those that were {@linkplain LeakScope#keep
 *     declared long-lived}, and last the scopes
 */
public record OpenResources(Instant takenAt, long total, List<Group> groups) {

    /** Copies the list. */
    public OpenResources {
        groups = List.copyOf(groups);
    }

    /**
     * The open resources of one kind that were opened on one path. The paths of one site beyond the hundred with which it
     * began are one group.
     *
     * @param kind their kind
     * @param siteText the line that opened them, or why that is unknown
     * @param pathText what tells the path from the others of the site, such as {@code via OrderJob.run(OrderJob.java:55)};
     *     empty if there is no caller in the application
     * @param count how many
     * @param oldestAge how long the oldest has been open
     * @param oldestDescription what the oldest was described as, empty if nothing
     * @param keptReason why they were {@linkplain LeakScope#keep declared long-lived}; empty if they weren't
     * @param scopes names of scopes that they were opened in, at most five, that of the oldest first
     * @param threads names of threads that opened them, at most five, that of the oldest first
     * @param stack the creation stack of one of them, empty if none was captured
     */
    public record Group(
            ResourceKind kind,
            String siteText,
            String pathText,
            long count,
            Duration oldestAge,
            String oldestDescription,
            String keptReason,
            List<String> scopes,
            List<String> threads,
            List<StackTraceElement> stack) {

        /** Copies the lists. */
        public Group {
            scopes = List.copyOf(scopes);
            threads = List.copyOf(threads);
            stack = List.copyOf(stack);
        }
    }

    /**
     * Returns the snapshot as a person reads it in a terminal.
     *
     * @return several lines of text
     */
    public String toText() {
        return OpenText.render(this);
    }
}
