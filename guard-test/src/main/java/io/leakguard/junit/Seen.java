package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.internal.observe.Observations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the agent's hooks see of a run. Nobody wrapped it, so a class may close what its tests have opened, and the suite what
 * a class has: such a resource is handed on, and stays its test's. Thread-safe.
 */
final class Seen {

    /** The attribute of scopes of what was handed on. */
    static final String HANDED_ON = "leakguard.test.handed_on";

    /** Before Java 21 a client can't be closed. */
    private static final boolean CLIENTS_ARE_CLOSED = Runtime.version().feature() >= 21;

    private final @Nullable Observations observations;
    private final Map<Unit, List<LeakScope>> handedOn = new HashMap<>();

    private Seen(@Nullable Observations observations) {
        this.observations = observations;
    }

    /** What there is to be seen by the process-wide guard of a run. */
    static Seen of(LeakGuard guard) {
        return new Seen(Observations.of(guard));
    }

    /** Tells whether the agent is there. */
    boolean isOn() {
        return observations != null;
    }

    /** Whether a test has to end a kind. Threads are compared: the names of those that may stay are known there. */
    static boolean matters(ResourceKind kind) {
        return switch (kind.name()) {
            case "thread", "buffer.direct", "buffer.mapped" -> false;
            case "http.client" -> CLIENTS_ARE_CLOSED;
            default -> true;
        };
    }

    /** Whether a collection ends a kind, so that it tells whether anybody refers to it. */
    private static boolean isCollectable(ResourceKind kind) {
        return matters(kind) && !kind.equals(ResourceKind.PROCESS);
    }

    /** How many resources are open in a scope that a test has to close. */
    int openIn(LeakScope scope) {
        return observations == null
                ? scope.openCount()
                : Observations.toldIn(scope) + Observations.openIn(scope, Seen::matters);
    }

    /** As above, without what the agent alone has seen. */
    int toldIn(LeakScope scope) {
        return observations == null ? scope.openCount() : Observations.toldIn(scope);
    }

    /** Tells whether a collection could show that what a unit left is a leak. */
    boolean wantsCollection(LeakScope scope) {
        return observations != null && Observations.openIn(scope, Seen::isCollectable) > 0;
    }

    /** Hands on what a scope has open to another unit, which tells of it when it ends. */
    void handOn(Unit from, LeakScope scope, boolean byOthers, Unit to) {
        if (observations == null || Observations.openIn(scope, Seen::matters) == 0) {
            return;
        }
        LeakScope kept = from.run
                .openScope(from.name, to)
                .attribute(Unit.ATTRIBUTE, from.id)
                .attribute(HANDED_ON, "true");
        if (byOthers) {
            kept.attribute(Unit.BY_OTHERS, "true");
        }
        Observations.move(scope, kept, Seen::matters);
        synchronized (handedOn) {
            handedOn.computeIfAbsent(to, unit -> new ArrayList<>()).add(kept);
        }
    }

    /** How many resources are open of those that were handed to a unit. */
    int openOf(Unit unit) {
        if (observations == null) {
            return 0;
        }
        List<LeakScope> scopes;
        synchronized (handedOn) {
            scopes = List.copyOf(handedOn.getOrDefault(unit, List.of()));
        }
        return scopes.stream()
                .mapToInt(s -> Observations.openIn(s, Seen::matters))
                .sum();
    }

    /** A unit has ended: what it was handed and is open now leaks. Returns how many scopes there were. */
    int closeThoseOf(Unit unit) {
        List<LeakScope> scopes;
        synchronized (handedOn) {
            scopes = handedOn.remove(unit);
        }
        if (scopes == null) {
            return 0;
        }
        scopes.forEach(LeakScope::close);
        return scopes.size();
    }

    /** Hands a resource to a scope, which the agent has seen; false if it hasn't. */
    boolean adopt(Object resource, LeakScope scope) {
        return observations != null && observations.adopt(resource, scope);
    }

    /** Which of the process's descriptors the agent tells of. */
    Set<Integer> descriptorsOf(Set<Integer> open) {
        return observations == null ? Set.of() : observations.seenOf(open);
    }

    /** Who started a thread, exactly, also in parallel runs; null if that was not seen. */
    ThreadBirths.@Nullable Birth birthOf(Thread thread, Function<String, @Nullable Unit> units) {
        Observations.Opening opening = observations == null ? null : observations.openingOf(thread);
        String id = opening == null ? null : opening.attributes().get(Unit.ATTRIBUTE);
        Unit unit = id == null || opening.attributes().containsKey(Unit.BY_OTHERS) ? null : units.apply(id);
        return unit == null ? null : new ThreadBirths.Birth(unit, 0, 0, opening.stack());
    }
}
