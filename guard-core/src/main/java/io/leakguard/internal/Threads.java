package io.leakguard.internal;

/** What differs between threads. */
final class Threads {
    private Threads() {}

    @SuppressWarnings("deprecation") // threadId() needs 19
    static long id(Thread thread) {
        return thread.getId();
    }

    static String label(Thread thread) {
        String name = thread.getName();
        return name.isEmpty() ? "virtual-" + id(thread) : name;
    }

    /** A daemon thread that inherits nothing from whoever happens to start it. */
    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        return thread;
    }
}
