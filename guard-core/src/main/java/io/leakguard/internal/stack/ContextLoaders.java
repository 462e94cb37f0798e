package io.leakguard.internal.stack;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The context class loaders of the threads that have opened resources: an application server has loaded its
 * applications with them. A few, each held weakly.
 */
public final class ContextLoaders {

    private static final int MAX = 32;
    private static final ClassLoader SYSTEM = ClassLoader.getSystemClassLoader();

    private volatile List<WeakReference<ClassLoader>> seen = List.of();
    private volatile int version;

    /** On the hot path, but only if a stack is captured, which is hundreds of times more expensive. */
    public void saw(Thread thread) {
        ClassLoader loader = of(thread);
        if (loader == null || loader == SYSTEM) {
            return;
        }
        for (WeakReference<ClassLoader> one : seen) {
            if (one.refersTo(loader)) {
                return;
            }
        }
        add(loader);
    }

    private static @Nullable ClassLoader of(Thread thread) {
        try {
            return thread.getContextClassLoader();
        } catch (Throwable t) {
            return null; // a thread of the application's own making may refuse
        }
    }

    private synchronized void add(ClassLoader loader) {
        List<WeakReference<ClassLoader>> next = new ArrayList<>();
        for (WeakReference<ClassLoader> one : seen) {
            if (one.refersTo(loader)) {
                return;
            }
            if (!one.refersTo(null)) {
                next.add(one);
            }
        }
        if (next.size() == MAX) {
            next.remove(0);
        }
        next.add(new WeakReference<>(loader));
        seen = List.copyOf(next);
        version++;
    }

    /** Grows with each new loader. */
    int version() {
        return version;
    }

    List<ClassLoader> all() {
        List<ClassLoader> result = new ArrayList<>();
        for (WeakReference<ClassLoader> one : seen) {
            ClassLoader loader = one.get();
            if (loader != null) {
                result.add(loader);
            }
        }
        return result;
    }
}
