package io.leakguard.junit;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Lets the guard track Netty's buffers, and watches the bootstraps and event loop groups that a test gives, if
 * guard-netty and Netty are on the class path. By name, since this module doesn't depend on them.
 */
final class NettyParticipant implements LeakParticipant {

    private volatile @Nullable AutoCloseable installed;

    @Override
    public LeakListener.Registration start(LeakGuard guard) {
        AutoCloseable netty = install(guard);
        installed = netty;
        return () -> {
            if (netty != null) {
                try {
                    netty.close();
                } catch (Exception e) {
                    throw new IllegalStateException("guard-netty could not be uninstalled", e);
                }
            }
        };
    }

    private static @Nullable AutoCloseable install(LeakGuard guard) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try {
            Class.forName("io.netty.util.ResourceLeakDetectorFactory", false, loader);
            Class<?> type = Class.forName("io.leakguard.netty.NettyGuard", true, loader);
            return (AutoCloseable) type.getMethod("install", LeakGuard.class).invoke(null, guard);
        } catch (ClassNotFoundException e) {
            return null; // one of the two is absent
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("guard-netty could not be installed: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "guard-netty and guard-test are of different versions: use the same version of both", e);
        }
    }

    @Override
    public @Nullable Object wrap(LeakGuard guard, Object resource) {
        AutoCloseable netty = installed;
        if (netty == null) {
            return null;
        }
        try {
            for (Method method : netty.getClass().getMethods()) {
                if (method.getName().equals("watch")
                        && method.getParameterCount() == 1
                        && method.getParameterTypes()[0].isInstance(resource)) {
                    return method.invoke(netty, resource);
                }
            }
            return null;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("guard-netty could not watch " + resource, e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(
                    "guard-netty and guard-test are of different versions: use the same version of both", e);
        }
    }

    @Override
    public String blindSpot() {
        AutoCloseable netty = installed;
        if (netty == null) {
            return "";
        }
        try {
            Object buffers = netty.getClass().getMethod("buffers").invoke(netty);
            return buffers instanceof Enum<?> tracking && tracking.name().startsWith("SAMPLED")
                    ? "Netty was in use before the run began, so that not every buffer was seen"
                    : "";
        } catch (ReflectiveOperationException e) {
            return "guard-netty doesn't say which buffers it sees: use the same version as of guard-test";
        }
    }
}
