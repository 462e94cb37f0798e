package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import io.leakguard.watch.ResourceWatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something of the application's that is told of leaks, once it is there. On the agent's thread. */
abstract class Outlet {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.agent");

    private final String name;
    private @Nullable Registration registration;
    private boolean isUseless;

    Outlet(String name) {
        this.name = name;
    }

    /** Registers the guard if that is possible now; null if not yet. */
    abstract @Nullable Registration register(LeakGuard guard, @Nullable ResourceWatch watch);

    final void look(LeakGuard guard, @Nullable ResourceWatch watch) {
        if (registration != null || isUseless) {
            return;
        }
        try {
            registration = register(guard, watch);
        } catch (LinkageError | RuntimeException e) {
            isUseless = true;
            if (!isOfMissingModule(e)) {
                LOG.warn("the guard can't be registered with {}", name, e);
            }
        }
    }

    /** In a runtime image without the module. */
    private static boolean isOfMissingModule(Throwable e) {
        String missing = String.valueOf(e.getMessage());
        return e instanceof NoClassDefFoundError && (missing.startsWith("jdk/") || missing.startsWith("javax/"));
    }

    final void remove() {
        Registration one = registration;
        if (one != null) {
            one.close();
            registration = null;
        }
    }
}
