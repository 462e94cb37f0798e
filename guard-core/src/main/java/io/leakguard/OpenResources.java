package io.leakguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The open resources and who opened them: a snapshot, grouped by kind and path. The paths of one site follow each
 * other, and the most important groups come first.
 *
 * @param takenAt the time of the snapshot
 * @param total the number of open resources
 * @param groups the groups by the count of their site, then by their own, then by age, largest first; after them those
 *     that were {@linkplain LeakScope#keep declared long-lived}, and last the scopes
 */
public record OpenResources(Instant takenAt, long total, List<Group> groups) {

    /** Copies the list. */
    public OpenResources {
        groups = List.copyOf(groups);
    }

    /**
     * The open resources of one kind that were opened on one path. The paths of one site beyond its first hundred are
     * one group.
     *
     * @param kind their kind
     * @param siteText the line that opened them, or the reason why that is unknown
     * @param pathText the part that distinguishes the path from the others of the site, such as
     *     {@code via OrderJob.run(OrderJob.java:55)}; empty if there is no caller in the application
     * @param count the number of resources
     * @param oldestAge the time for which the oldest has been open
     * @param oldestDescription the description of the oldest, empty if it has none
     * @param keptReason the reason why they were {@linkplain LeakScope#keep declared long-lived}; empty if they weren't
     * @param scopes names of scopes that they were opened in, at most five, that of the oldest first
     * @param threads names of threads that opened them, at most five, that of the oldest first
     * @param stack the creation stack of one of them, empty if none was captured
     * @param heldBy who holds them, as the last heap dump told: the shortest path of references, such as
     *     {@code static Daemon.REGISTRY → ["t0"] → GuardedSocket}; empty if unknown, as it is unless
     *     {@code leakguard.held.by} is set
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
            List<StackTraceElement> stack,
            String heldBy) {

        /** Copies the lists. */
        public Group {
            scopes = List.copyOf(scopes);
            threads = List.copyOf(threads);
            stack = List.copyOf(stack);
        }

        /**
         * Makes a group of which nobody knows who holds it.
         *
         * @param kind as above
         * @param siteText as above
         * @param pathText as above
         * @param count as above
         * @param oldestAge as above
         * @param oldestDescription as above
         * @param keptReason as above
         * @param scopes as above
         * @param threads as above
         * @param stack as above
         */
        public Group(
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
            this(kind, siteText, pathText, count, oldestAge, oldestDescription, keptReason, scopes, threads, stack, "");
        }
    }

    /**
     * Returns the snapshot as text for a terminal.
     *
     * @return several lines of text
     */
    public String toText() {
        return OpenText.render(this);
    }
}
