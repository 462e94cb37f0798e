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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the agent's hooks see of a run. Nobody wrapped it, so a class may close what its tests have opened, and the suite what
 * a class has: such a resource is handed on, and stays its test's. Thread-safe.
 */
final class Seen {

    /** The attribute of scopes of what was handed on. */
    static final String HANDED_ON = "leakguard.test.handed_on";

    /** Its value where the suite may be the one to close it. */
    static final String MAY_BE_THE_SUITES = "suite";

    /** Before Java 21 a client can't be closed. */
    private static final boolean CLIENTS_ARE_CLOSED = Runtime.version().feature() >= 21;

    private final @Nullable Observations observations;
    /** A scope of what was handed on, and whose that is. */
    private record Kept(Unit owner, LeakScope scope, boolean byOthers) {}

    private final Helpers helpers = new Helpers();
    private final Map<Unit, List<Kept>> handedOn = new HashMap<>();

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

    /**
     * Hands on what a scope has open to another unit, which tells of it when it ends.
     *
     * @param onlyByHelpers whether only that is handed on which a class that helps tests has opened
     */
    void handOn(Unit from, LeakScope scope, boolean byOthers, Unit to, boolean onlyByHelpers) {
        Predicate<List<StackTraceElement>> opened = onlyByHelpers ? stack -> helpers.isIn(stack, from) : stack -> true;
        if (observations == null || Observations.openIn(scope, Seen::matters, opened) == 0) {
            return;
        }
        LeakScope kept = from.run.openScope(from.name, to).attribute(Unit.ATTRIBUTE, from.id);
        boolean suites = to.level == Unit.Level.SUITE && (onlyByHelpers || from.level != Unit.Level.TEST);
        kept.attribute(HANDED_ON, suites ? MAY_BE_THE_SUITES : "class");
        if (byOthers) {
            kept.attribute(Unit.BY_OTHERS, "true");
        }
        Observations.move(scope, kept, Seen::matters, opened);
        synchronized (handedOn) {
            handedOn.computeIfAbsent(to, unit -> new ArrayList<>()).add(new Kept(from, kept, byOthers));
        }
    }

    /** A class ends: what helpers of its tests have opened and somebody holds may be the suite's. */
    void passOn(Unit from, Unit suite) {
        for (Kept kept : of(from)) {
            handOn(kept.owner(), kept.scope(), kept.byOthers(), suite, true);
        }
    }

    /** Tells whether a class that helps tests has opened something for a unit. */
    boolean isByHelper(List<StackTraceElement> stack, Unit owner) {
        return isOn() && helpers.isIn(stack, owner);
    }

    private List<Kept> of(Unit unit) {
        synchronized (handedOn) {
            return List.copyOf(handedOn.getOrDefault(unit, List.of()));
        }
    }

    /** How many resources are open of those that were handed to a unit. */
    int openOf(Unit unit) {
        return of(unit).stream()
                .mapToInt(k -> Observations.openIn(k.scope(), Seen::matters))
                .sum();
    }

    /** How many of those are waited for when the unit ends: not what may be the suite's. */
    int awaitedOf(Unit unit) {
        return of(unit).stream()
                .mapToInt(k -> Observations.openIn(k.scope(), Seen::matters, stack -> !helpers.isIn(stack, k.owner())))
                .sum();
    }

    /** A unit has ended: what it was handed and is open now leaks. Returns how many scopes there were. */
    int closeThoseOf(Unit unit) {
        List<Kept> all;
        synchronized (handedOn) {
            all = handedOn.remove(unit);
        }
        if (all == null) {
            return 0;
        }
        all.forEach(k -> k.scope().close());
        return all.size();
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
        if (opening == null) {
            return null;
        }
        String id = opening.attributes().get(Unit.ATTRIBUTE);
        Unit unit = id == null || opening.attributes().containsKey(Unit.BY_OTHERS) ? null : units.apply(id);
        return unit == null ? null : new ThreadBirths.Birth(unit, 0, 0, opening.stack());
    }
}
