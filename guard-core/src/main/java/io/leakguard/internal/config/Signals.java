package io.leakguard.internal.config;

import io.leakguard.internal.base.Threads;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Locale;

/** Operating system signals, through {@code sun.misc.Signal} by reflection: the module {@code jdk.unsupported} may be missing. */
public final class Signals {

    private static final String HELP =
            "the name of a signal that is free, such as HUP or CONT (the JVM keeps USR1, USR2,"
                    + " QUIT and others for itself), on a JDK with the module jdk.unsupported";

    private Signals() {}

    /** The name without {@code SIG}, checked to exist here. */
    static String check(String name) {
        String plain = name.toUpperCase(Locale.ROOT);
        plain = plain.startsWith("SIG") ? plain.substring(3) : plain;
        if (!plain.isEmpty()) {
            try {
                signal(plain);
            } catch (ReflectiveOperationException | LinkageError e) {
                throw new BadValue(HELP);
            }
        }
        return plain;
    }

    /**
     * Runs {@code action} at each such signal, on a thread of its own. Returns an action that restores the earlier
     * handler.
     */
    public static Runnable on(String name, Runnable action) {
        try {
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signal(name);
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(),
                    new Class<?>[] {handlerType},
                    (proxy, method, args) -> switch (method.getName()) {
                        case "handle" -> {
                            Threads.daemon(action, "leakguard-dump").start();
                            yield null;
                        }
                        case "equals" -> args != null && proxy == args[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> "LeakGuard's handler of SIG" + name;
                    });
            Object before = handle(signal, handlerType, handler);
            return () -> {
                try {
                    handle(signal, handlerType, before);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("SIG" + name, e);
                }
            };
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalArgumentException(
                    "leakguard.dump.signal: '" + name + "' can't be handled: give " + HELP, e);
        }
    }

    private static Object signal(String name) throws ReflectiveOperationException {
        return Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
    }

    private static Object handle(Object signal, Class<?> handlerType, Object handler)
            throws InvocationTargetException, ReflectiveOperationException {
        return signal.getClass()
                .getMethod("handle", signal.getClass(), handlerType)
                .invoke(null, signal, handler);
    }
}
