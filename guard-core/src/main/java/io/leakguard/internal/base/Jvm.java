package io.leakguard.internal.base;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts that only the management beans know. The modules {@code java.management} and {@code jdk.management} may be
 * missing.
 */
public final class Jvm {
    private Jvm() {}

    /** Loaded only if the bean is there. */
    private static final class Allocation {
        static final com.sun.management.@Nullable ThreadMXBean BEAN =
                ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean
                                && bean.isThreadAllocatedMemorySupported()
                                && bean.isThreadAllocatedMemoryEnabled()
                        ? bean
                        : null;
    }

    private static final boolean ALLOCATION = allocationIsMeasured();

    private static boolean allocationIsMeasured() {
        try {
            return Allocation.BEAN != null;
        } catch (LinkageError e) {
            return false; // a runtime image without the management modules
        }
    }

    /** Returns the bytes that the current thread has allocated so far; -1 if unknown, as on a virtual thread. */
    public static long allocatedByCurrentThread() {
        if (!ALLOCATION) {
            return -1;
        }
        com.sun.management.ThreadMXBean bean = Allocation.BEAN;
        return bean == null ? -1 : bean.getCurrentThreadAllocatedBytes();
    }

    /**
     * Returns the bytes that a thread has allocated so far; -1 if unknown, as of a virtual thread or one that has
     * ended.
     */
    public static long allocatedBy(long threadId) {
        com.sun.management.ThreadMXBean bean = ALLOCATION && threadId > 0 ? Allocation.BEAN : null;
        return bean == null ? -1 : bean.getThreadAllocatedBytes(threadId);
    }

    /** Returns the current stack of a thread; empty if it has ended, is virtual, or can't be read. */
    public static List<StackTraceElement> stackOf(long threadId, int depth) {
        try {
            ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(threadId, depth);
            return info == null ? List.of() : List.of(info.getStackTrace());
        } catch (LinkageError | RuntimeException e) {
            return List.of(); // unknown
        }
    }
}
