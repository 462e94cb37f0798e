package io.leakguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a unit of work used.
 *
 * @param path the names of the scopes around it and its own, outermost first
 * @param attributes its attributes and those of the scopes around it
 * @param threadName the thread that opened it
 * @param openedAt when it was opened
 * @param duration how long it has been open, or was until it ended
 * @param ended whether it has ended
 * @param open how many resources of it are open; 0 once it has ended
 * @param allocatedBytes the bytes that its threads allocated while they were in it, as far as they have left it; empty if
 *     that isn't measured or unknown, as on virtual threads. It is allocation, not what is retained
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
