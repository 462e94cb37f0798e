package io.leakguard.internal.base;

/** Differences between threads. */
public final class Threads {
    private Threads() {}

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
