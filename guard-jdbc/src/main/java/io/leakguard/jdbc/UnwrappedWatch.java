package io.leakguard.jdbc;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a handle alive while the driver's object behind it is reachable, after that object was unwrapped. Its holder
 * may be using it, and may close it without the handle. The handle's own collection proves nothing then.
 *
 * <p>Only a finalizer can do this: at the collection that finds the driver's object unreachable it still has that
 * object, so that the driver can be asked whether it was closed. A weak reference alone would lose the object, and with
 * it the answer. A strong one would never let it become unreachable. The finalizer only checks and makes the next
 * watch; it calls no driver. On a JVM without finalization nothing is proven, and nothing reported.
 */
@SuppressWarnings({"deprecation", "removal", "Finalize"})
final class UnwrappedWatch {

    /** A probe that holds the driver's object of its handle. */
    interface Probe {
        /** Drops the driver's object: it must not be reachable through the guard. */
        void clearDetails();

        /** Called when nobody can reach the object any more, and it can be asked again. */
        void unreachable(Object handle);

        /** Tells whether the handle or its guard was closed meanwhile. */
        boolean hasEnded();
    }

    /**
     * The watched references. They are reached from here, since the collector clears only weak references that it finds
     * before it handles finalizers.
     */
    private static final Set<Refs> WATCHED = ConcurrentHashMap.newKeySet();

    /** A watch that is renewed at each young collection would stay young for ever, and keep old objects alive. */
    private static final int MOST_ROUNDS = 20;

    private static final Queue<Aging> AGING = new ArrayDeque<>();

    /** The number of collections so far; guarded by {@link #AGING}, as is the next field. */
    private static int rounds;

    private static boolean ticking;

    private record Refs(WeakReference<Object> unwrapped, WeakReference<Object> delegate) {
        /** By identity. */
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        boolean isReachable() {
            return !unwrapped.refersTo(null) || !delegate.refersTo(null);
        }
    }

    private record Aging(UnwrappedWatch watch, int until) {}

    private final Probe probe;
    private final Refs refs;
    private final int age;

    /** Leads to the driver's object, which references nothing of ours. */
    private final Object handle;

    private UnwrappedWatch(Probe probe, Object handle, Refs refs, int age) {
        this.probe = probe;
        this.handle = handle;
        this.refs = refs;
        this.age = age;
    }

    /** Begins to watch. */
    static void begin(Probe probe, Object handle, Object delegate, Object unwrapped) {
        Refs refs = new Refs(new WeakReference<>(unwrapped), new WeakReference<>(delegate));
        WATCHED.add(refs);
        probe.clearDetails();
        arm(new UnwrappedWatch(probe, handle, refs, 0));
    }

    /** The watch becomes unreachable after {@code age} more collections. Its finalizer then sees what else is. */
    private static void arm(UnwrappedWatch watch) {
        if (watch.age == 0) {
            return;
        }
        synchronized (AGING) {
            AGING.add(new Aging(watch, rounds + watch.age));
            if (!ticking) {
                ticking = true;
                new Tick();
            }
        }
    }

    @Override
    protected void finalize() {
        if (probe.hasEnded()) {
            WATCHED.remove(refs);
        } else if (refs.isReachable()) {
            arm(new UnwrappedWatch(probe, handle, refs, Math.min(MOST_ROUNDS, age + 1)));
        } else {
            WATCHED.remove(refs);
            probe.unreachable(handle); // the next collection takes the handle
        }
    }

    /** Each collection collects it. */
    private static final class Tick {
        @Override
        protected void finalize() {
            synchronized (AGING) {
                rounds++;
                int now = rounds;
                AGING.removeIf(aging -> now - aging.until >= 0);
                ticking = !AGING.isEmpty();
                if (ticking) {
                    new Tick();
                }
            }
        }
    }
}
