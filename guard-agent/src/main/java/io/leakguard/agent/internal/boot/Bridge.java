package io.leakguard.agent.internal.boot;

import org.jspecify.annotations.Nullable;

/**
 * What hooked methods call. It is defined in the boot loader as {@code java.lang.LeakGuardBridge}, where each class of the
 * JDK finds it, and passes calls on to the one sink of the process. Nothing that the sink throws reaches the caller.
 *
 * <p>Only types of the JDK may be named here.
 */
public abstract class Bridge {

    private static volatile @Nullable Bridge sink;

    protected Bridge() {}

    /** Sets who gets the calls; null for nobody. */
    public static void sink(@Nullable Bridge next) {
        sink = next;
    }

    /** Returns who gets the calls. */
    public static @Nullable Bridge sink() {
        return sink;
    }

    /** Something was opened: its handle, the hook's number, which one it is, and its descriptor. */
    public static void opened(
            Object handle, int hook, @Nullable Object detail, @Nullable Object descriptor, @Nullable Object owner) {
        Bridge to = sink;
        if (to != null) {
            try {
                to.onOpened(handle, hook, detail, descriptor, owner);
            } catch (Throwable t) {
                // The sink counts its failures; what is left is no memory and no stack.
            }
        }
    }

    /** Something begins to be closed. */
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

    /** Something turns out to be a part of another resource. */
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

    /** Something could not be opened, maybe. */
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

    /** A guard of the application's wants what hooks see: its functions, for the agent's. Null if there is no agent now. */
    public static Object @Nullable [] join(Object[] functions) {
        Bridge to = sink;
        return to == null ? null : to.onJoin(functions);
    }

    /** Something is wrapped by the application's guard. */
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
