package io.leakguard.agent.internal.boot;

import org.jspecify.annotations.Nullable;

/**
 * The class that hooked methods call. It is defined in the boot loader as {@code java.lang.LeakGuardBridge}, where each
 * class of the JDK finds it. It passes calls on to the one sink of the process. No exception of the sink reaches the
 * caller.
 *
 * <p>It may name types of the JDK only.
 */
public abstract class Bridge {

    private static volatile @Nullable Bridge sink;

    protected Bridge() {}

    /** Sets the receiver of the calls; null for none. */
    public static void sink(@Nullable Bridge next) {
        sink = next;
    }

    /** Returns the receiver of the calls. */
    public static @Nullable Bridge sink() {
        return sink;
    }

    /** A resource was opened: its handle, the hook's number, its description, and its descriptor. */
    public static void opened(
            Object handle, int hook, @Nullable Object detail, @Nullable Object descriptor, @Nullable Object owner) {
        Bridge to = sink;
        if (to != null) {
            try {
                to.onOpened(handle, hook, detail, descriptor, owner);
            } catch (Throwable t) {
                // The sink counts its failures. The rest is out of memory or out of stack.
            }
        }
    }

    /** A resource begins to be closed. */
    public static void closed(Object handle) {
        Bridge to = sink;
        if (to != null) {
            try {
                to.onClosed(handle);
            } catch (Throwable t) {
                // As above.
            }
        }
    }

    /** A resource turns out to be a part of another one. */
    public static void part(@Nullable Object handle) {
        Bridge to = sink;
        if (to != null && handle != null) {
            try {
                to.onPart(handle);
            } catch (Throwable t) {
                // As above.
            }
        }
    }

    /** The JDK closes something that was collected, maybe: its descriptor, or what it is known by. */
    public static void reclaimed(@Nullable Object what) {
        Bridge to = sink;
        if (to != null && what != null) {
            try {
                to.onReclaimed(what);
            } catch (Throwable t) {
                // As above.
            }
        }
    }

    /** It is known now which one a handle is. */
    public static void detail(Object handle, @Nullable Object detail) {
        Bridge to = sink;
        if (to != null && detail != null) {
            try {
                to.onDetail(handle, detail);
            } catch (Throwable t) {
                // As above.
            }
        }
    }

    /** An opening may have failed. */
    public static void failed() {
        Bridge to = sink;
        if (to != null) {
            try {
                to.onFailed();
            } catch (Throwable t) {
                // As above.
            }
        }
    }

    /** A guard of the application gives its functions and gets the agent's. Null if there is no agent now. */
    public static Object @Nullable [] join(Object[] functions) {
        Bridge to = sink;
        return to == null ? null : to.onJoin(functions);
    }

    /** The application's guard wraps a resource. */
    public static void wrapped(Object delegate) {
        Bridge to = sink;
        if (to != null) {
            try {
                to.onWrapped(delegate);
            } catch (Throwable t) {
                // As above.
            }
        }
    }

    protected abstract Object @Nullable [] onJoin(Object[] functions);

    protected abstract void onWrapped(Object delegate);

    protected abstract void onFailed();

    protected abstract void onOpened(
            Object handle, int hook, @Nullable Object detail, @Nullable Object descriptor, @Nullable Object owner);

    protected abstract void onClosed(Object handle);

    protected abstract void onPart(Object handle);

    protected abstract void onReclaimed(Object what);

    protected abstract void onDetail(Object handle, Object detail);
}
