package io.leakguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is open now and who opened it: a snapshot, grouped by kind and site, what matters most first.
 *
 * @param takenAt when
 * @param total how many resources were open
 * @param groups the groups by count and then by age, largest first; after them those that were {@linkplain LeakScope#keep
 *     declared long-lived}, and last the scopes
 */
public record OpenResources(Instant takenAt, long total, List<Group> groups) {

    /** Copies the list. */
    public OpenResources {
        groups = List.copyOf(groups);
    }

    /**
     * The open resources of one kind that one site opened.
     *
     * @param kind their kind
     * @param siteText the line that opened them, or why that is unknown
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
        return io.leakguard.internal.OpenText.render(this);
    }
}
