package io.leakguard.agent.internal;

import org.jspecify.annotations.Nullable;

/** The watch of an application's guard, from the application's classes. */
final class AppWatch {

    private AppWatch() {}

    /** Starts a watch. Returns null if the application has started one. */
    static @Nullable AutoCloseable start(AppGuard app) throws ReflectiveOperationException {
        Object guard = app.answer("guard");
        if (guard == null) {
            return null;
        }
        Class<?> type = guard.getClass();
        String thread = "leakguard-watch-" + type.getMethod("name").invoke(guard);
        for (Thread running : Thread.getAllStackTraces().keySet()) {
            if (running.getName().equals(thread)) {
                return null;
            }
        }
        Class<?> watch = Class.forName("io.leakguard.watch.ResourceWatch", true, type.getClassLoader());
        return (AutoCloseable) watch.getMethod("start", type).invoke(null, guard);
    }
}
