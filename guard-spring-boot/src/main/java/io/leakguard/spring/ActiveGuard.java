package io.leakguard.spring;

import io.leakguard.LeakGuard;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** The guard whose scopes are carried to other threads; none where the guard is off, and none is to be made. */
final class ActiveGuard {

    private static volatile WeakReference<@Nullable LeakGuard> active = new WeakReference<>(null);

    private ActiveGuard() {}

    static @Nullable LeakGuard get() {
        return active.get();
    }

    static void set(LeakGuard guard) {
        active = new WeakReference<>(guard);
    }

    /** A guard has ended, and another one is left, or none. One that others use goes on being theirs. */
    static void replace(LeakGuard guard, @Nullable LeakGuard next) {
        if (active.get() == guard) {
            active = new WeakReference<>(next);
        }
    }
}
