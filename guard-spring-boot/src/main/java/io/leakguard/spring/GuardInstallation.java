package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * The guard's part in a context: its listeners. An application's own {@link LeakGuard} bean replaces the early guard:
 * it becomes the process-wide guard and tracks Netty.
 */
final class GuardInstallation implements AutoCloseable {

    private final LeakGuard guard;
    private final @Nullable NettyInstallation netty;
    private final boolean own;
    /** The guard outlives the context. */
    private final boolean shared;

    private final List<LeakListener.Registration> listening = new ArrayList<>();

    private GuardInstallation(LeakGuard guard, @Nullable NettyInstallation netty, boolean own, boolean shared) {
        this.guard = guard;
        this.netty = netty;
        this.own = own;
        this.shared = shared;
    }

    static GuardInstallation of(LeakGuard guard, @Nullable ContextGuard early, Environment environment) {
        if (early != null && early.guard() == guard) {
            return new GuardInstallation(guard, early.netty(), false, early.isShared());
        }
        if (early != null) {
            early.close();
        }
        LeakGuard.setGlobal(guard);
        ActiveGuard.set(guard);
        return new GuardInstallation(guard, NettyInstallation.install(environment, guard), true, false);
    }

    GuardInstallation listen(Stream<LeakListener> listeners) {
        listeners.forEach(listener -> listening.add(guard.addListener(listener)));
        return this;
    }

    @Nullable
    NettyInstallation netty() {
        return netty;
    }

    /**
     * If a context or an application has made the guard, they close it. It then reports open resources to its
     * listeners.
     */
    @Override
    public void close() {
        if (shared) {
            listening.forEach(LeakListener.Registration::close);
        }
        if (own) {
            if (netty != null) {
                netty.close();
            }
            ActiveGuard.replace(guard, null);
            LeakGuard global = LeakGuard.setGlobal(null);
            if (global != null && global != guard) {
                LeakGuard.setGlobal(global);
            }
        }
    }
}
