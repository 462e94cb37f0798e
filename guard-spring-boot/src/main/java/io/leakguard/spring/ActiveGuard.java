package io.leakguard.spring;

import io.leakguard.LeakGuard;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** The guard whose scopes are carried to other threads. None while the guard is off. */
final class ActiveGuard {

    private static volatile WeakReference<@Nullable LeakGuard> active = new WeakReference<>(null);

    private ActiveGuard() {}

    static @Nullable LeakGuard get() {
        return active.get();
    }

    static void set(LeakGuard guard) {
        active = new WeakReference<>(guard);
    }

    /** A guard has ended, and another one replaces it, or none. A guard that others use stays theirs. */
    static void replace(LeakGuard guard, @Nullable LeakGuard next) {
        if (active.get() == guard) {
            active = new WeakReference<>(next);
        }
    }
}
