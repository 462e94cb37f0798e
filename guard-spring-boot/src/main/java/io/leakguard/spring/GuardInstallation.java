package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * What the guard of a context gets from it: its listeners; and what an application's own {@link LeakGuard} bean has of what the early
 * one had: the place of the process-wide guard, and Netty.
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

    /** A guard that a context or an application has made is theirs to close: it tells its listeners what is open at its end. */
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
