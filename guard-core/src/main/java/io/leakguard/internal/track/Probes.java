package io.leakguard.internal.track;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.ResourceProbe;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.PathRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells whether a delegate was closed directly, without its handle. "True" is trusted, "false" means "unknown". */
public final class Probes {
    private static final int MAX_HOLDER = 300;

    private Probes() {}

    /** How long a collected child's report waits for its parent's close. */
    public static long parentGraceNanos(@Nullable Object delegate) {
        try {
            return Delegate.behind(delegate) instanceof ResourceProbe probe
                    ? probe.parentGrace().toNanos()
                    : 0;
        } catch (Throwable t) {
            return 0;
        }
    }

    /** The trackers that a resource says it has taken over. The resource itself is not among them. */
    public static List<Tracker> parts(Tracker whole) {
        List<Tracker> parts = parts(whole, Delegate.behind(whole.delegate));
        return parts.isEmpty() ? parts(whole, whole.description) : parts;
    }

    private static List<Tracker> parts(Tracker whole, @Nullable Object asked) {
        if (!(asked instanceof ResourceProbe probe)) {
            return List.of();
        }
        try {
            List<Tracker> parts = List.of();
            for (LeakTracker part : probe.parts()) {
                if (part instanceof Tracker t && t != whole && t.shard.registry == whole.shard.registry) {
                    if (parts.isEmpty()) {
                        parts = new ArrayList<>();
                    }
                    parts.add(t);
                }
            }
            return parts;
        } catch (Throwable t) {
            return List.of(); // the adapter's fault: the parts are reported by themselves
        }
    }

    /** Calls no probe. */
    public static boolean mayHaveParts(Tracker tracker) {
        return Delegate.behind(tracker.delegate) instanceof ResourceProbe
                || tracker.description instanceof ResourceProbe;
    }

    /** Who had a resource last; empty if unknown. */
    public static String lastHolder(Tracker tracker) {
        String holder = lastHolder(Delegate.behind(tracker.delegate));
        return holder.isEmpty() ? lastHolder(tracker.description) : holder;
    }

    private static String lastHolder(@Nullable Object asked) {
        try {
            String holder = asked instanceof ResourceProbe probe ? probe.lastHolder() : null;
            return holder == null ? "" : PathRules.className(Text.safe(holder, MAX_HOLDER));
        } catch (Throwable t) {
            return ""; // the adapter's fault: only frames distinguish its leaks
        }
    }

    /** Whether it is a connection whose addresses an adapter knows. */
    public static boolean hasEnds(Tracker tracker) {
        return ends(Delegate.behind(tracker.delegate)) != null || ends(tracker.description) != null;
    }

    private static ResourceProbe.@Nullable Ends ends(@Nullable Object asked) {
        try {
            return asked instanceof ResourceProbe probe ? probe.ends() : null;
        } catch (Throwable t) {
            return null; // the adapter's fault: it counts as no descriptor
        }
    }

    /** True only if it is certain. An exception counts as "open". */
    public static boolean isClosed(@Nullable Object delegate) {
        return Boolean.FALSE.equals(open(delegate));
    }

    /** Whether it was collected and may have been closed before. */
    public static boolean endIsUnknown(@Nullable Object delegate) {
        return delegate instanceof Delegate d && d.endIsUnknown();
    }

    /** Tells whether a resource is open; null if unknown. */
    static @Nullable Boolean open(@Nullable Object delegate) {
        try {
            return delegate == null ? null : ask(delegate);
        } catch (Throwable t) {
            return null;
        }
    }

    private static @Nullable Boolean ask(Object delegate) throws Exception {
        if (delegate instanceof Delegate d) {
            return d.open();
        }
        if (delegate instanceof ResourceProbe probe) {
            return probe.isOpen();
        }
        if (delegate instanceof ScopeImpl) {
            return null; // a scope ends with the scope around it; it is still forgotten
        }
        JdkResource known = JdkResource.of(delegate);
        Boolean open = known == null ? null : known.isOpen(delegate);
        return open != null ? open : OpenState.ofConvention(delegate);
    }
}
