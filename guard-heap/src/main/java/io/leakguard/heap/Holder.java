package io.leakguard.heap;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Open resources of one kind and one line, which are held on paths of one shape. Immutable.
 *
 * @param count the number of resources
 * @param kind their kind
 * @param site the line that opened them, or the reason why that is unknown
 * @param cause the cause that the guard has reported them with: {@code escaped}, {@code overdue} or {@code growing};
 *     {@code open} if it has not
 * @param strength how they are held
 * @param path the steps to the oldest of them, from a static field, a thread local, a thread, a frame or a class loader
 *     on; empty if nothing holds it
 * @param oldestAge how long the oldest had been open; empty if the dump does not tell
 * @param oldestDescription the description of the oldest; empty if it has none, or none that is a text already
 * @param thread the name of the thread that opened the oldest
 * @param scope the names of the scopes that the oldest was opened in, outermost first; empty if there was none
 */
public record Holder(
        long count,
        String kind,
        String site,
        String cause,
        Strength strength,
        List<String> path,
        Optional<Duration> oldestAge,
        String oldestDescription,
        String thread,
        String scope) {

    /** Copies the path. */
    public Holder {
        path = List.copyOf(path);
    }

    /** How a resource is held. */
    public enum Strength {
        /** By strong references: the path is one of the shortest. */
        STRONG,
        /** By references of the guard alone. That is a fault, of the guard or of what it was given. */
        GUARD,
        /** By soft or weak references, or by a finalizer alone: the garbage collector can take it. */
        WEAK,
        /** By nothing: the garbage collector takes it next. */
        NONE
    }

    /**
     * Returns the path in one line.
     *
     * @return such as {@code static Daemon.REGISTRY → Registry.byTenant → ["t0"] → ArrayList[0] → GuardedSocket}
     */
    public String pathText() {
        return String.join(" → ", path);
    }
}
