package io.leakguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The usage of a unit of work.
 *
 * @param path the names of the scopes around it and its own, outermost first
 * @param attributes its attributes and those of the scopes around it
 * @param threadName the thread that opened it
 * @param openedAt the time when it was opened
 * @param duration the time for which it has been open, or was until it ended
 * @param ended whether it has ended
 * @param open the number of its open resources; 0 once it has ended
 * @param allocatedBytes the bytes that its threads allocated while they were in it, for the threads that have left it;
 *     empty if not measured or unknown, as on virtual threads. It is allocation, not retention
 */
public record ScopeUsage(
        List<String> path,
        Map<String, String> attributes,
        String threadName,
        Instant openedAt,
        Duration duration,
        boolean ended,
        int open,
        OptionalLong allocatedBytes) {

    /** Copies the collections. */
    public ScopeUsage {
        path = List.copyOf(path);
        attributes = Map.copyOf(attributes);
    }

    /**
     * Returns its own name.
     *
     * @return the name that it was opened with
     */
    public String name() {
        return path.get(path.size() - 1);
    }
}
