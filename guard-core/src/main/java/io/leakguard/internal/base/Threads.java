package io.leakguard.internal.base;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Differences between threads. */
public final class Threads {
    private static final MethodHandle IS_VIRTUAL = isVirtual();

    private Threads() {}

    private static MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) { // before Java 21
            return MethodHandles.dropArguments(MethodHandles.constant(boolean.class, false), 0, Thread.class);
        }
    }

    public static boolean isVirtual(Thread thread) {
        try {
            return (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    @SuppressWarnings("deprecation") // threadId() needs 19
    public static long id(Thread thread) {
        return thread.getId();
    }

    public static String label(Thread thread) {
        String name = thread.getName();
        return name.isEmpty() ? "virtual-" + id(thread) : name;
    }

    /** Creates a daemon thread that inherits nothing from the thread that happens to start it. */
    public static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        return thread;
    }
}
