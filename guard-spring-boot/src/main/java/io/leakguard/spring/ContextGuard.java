package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.ScopeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * The guard of one application context. It is the process-wide guard while it is open. If another process-wide guard
 * exists that no context has made, such as that of a test run, the context uses it and leaves it open.
 */
final class ContextGuard implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    /** The name of the scope of a context that starts in a test. */
    static final String SCOPE = "Spring context";

    /** For resources that a context closes on other threads. */
    private static final ScopeOptions OF_CONTEXT = ScopeOptions.create().grace(Duration.ofSeconds(5));

    /** The guards that contexts have made, oldest first. */
    private static final List<LeakGuard> MADE = new ArrayList<>();

    private final LeakGuard guard;
    private final boolean ours;
    private final @Nullable NettyInstallation netty;
    private @Nullable LeakScope scope;
    private LeakListener.@Nullable Registration binding;
    private boolean closed;

    private ContextGuard(LeakGuard guard, boolean ours, @Nullable NettyInstallation netty) {
        this.guard = guard;
        this.ours = ours;
        this.netty = netty;
    }

    /** Throws {@link IllegalArgumentException} if a setting is wrong. */
    static ContextGuard open(ConfigurableEnvironment environment) {
        synchronized (MADE) {
            LeakGuard made = GuardSettings.guard(environment);
            LeakGuard before = LeakGuard.setGlobal(made);
            if (before != null && before.isEnabled() && !MADE.contains(before)) {
                LeakGuard.setGlobal(before);
                made.close();
                LOG.debug("the context uses the process-wide guard '{}', which was there before", before.name());
                ActiveGuard.set(before);
                return new ContextGuard(before, false, NettyInstallation.install(environment, before));
            }
            MADE.add(made);
            ActiveGuard.set(made);
            return new ContextGuard(made, true, NettyInstallation.install(environment, made));
        }
    }

    LeakGuard guard() {
        return guard;
    }

    boolean isShared() {
        return !ours;
    }

    @Nullable
    NettyInstallation netty() {
        return netty;
    }

    /** From now on this thread's resources belong to the context, and not to the test that needs the context first. */
    void startUp() {
        if (!ours) {
            scope = guard.openDetachedScope(SCOPE, null, OF_CONTEXT);
            binding = scope.bind();
        }
    }

    void started() {
        LeakListener.Registration b = binding;
        if (b != null) {
            binding = null;
            b.close();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        started();
        LeakScope s = scope;
        if (s != null) {
            scope = null;
            s.close();
        }
        if (netty != null) {
            netty.close();
        }
        if (ours) {
            release();
            guard.close();
        }
    }

    private void release() {
        synchronized (MADE) {
            MADE.remove(guard);
            LeakGuard next = MADE.isEmpty() ? null : MADE.get(MADE.size() - 1);
            ActiveGuard.replace(guard, next);
            LeakGuard global = LeakGuard.setGlobal(next);
            if (global != null && global != guard) {
                LeakGuard.setGlobal(global); // somebody else has set another guard
            }
        }
    }
}
