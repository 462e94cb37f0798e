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

    /** With several contexts, the process-wide guard is the one that is left. */
    static void ended(LeakGuard guard) {
        if (active.get() == guard && !guard.isEnabled()) {
            active = new WeakReference<>(null);
        }
    }
}
