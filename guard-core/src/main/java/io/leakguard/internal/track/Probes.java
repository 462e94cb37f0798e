package io.leakguard.internal.track;

import io.leakguard.LastHolder;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceParts;
import io.leakguard.ResourceProbe;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.PathRules;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells whether a delegate was closed behind its handle's back. "True" is trusted, "false" means "not known". */
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

    /** What a resource says it has taken over; none of this is a part of itself. */
    public static List<Tracker> parts(Tracker whole) {
        ResourceParts asked = asked(whole);
        if (asked == null) {
            return List.of();
        }
        try {
            List<Tracker> parts = new ArrayList<>();
            for (LeakTracker part : asked.parts()) {
                if (part instanceof Tracker t && t != whole && t.shard.registry == whole.shard.registry) {
                    parts.add(t);
                }
            }
            return parts;
        } catch (Throwable t) {
            return List.of(); // the adapter's fault: they are reported by themselves
        }
    }

    public static boolean hasParts(Tracker tracker) {
        return asked(tracker) != null;
    }

    /** The one of what was given with the resource that knows its parts. */
    private static @Nullable ResourceParts asked(Tracker whole) {
        Object delegate = Delegate.behind(whole.delegate);
        Object description = whole.description;
        return delegate instanceof ResourceParts d ? d : description instanceof ResourceParts s ? s : null;
    }

    /** Who had a resource last; empty if nobody knows. */
    public static String lastHolder(Tracker tracker) {
        try {
            Object delegate = Delegate.behind(tracker.delegate);
            Object description = tracker.description;
            LastHolder asked = delegate instanceof LastHolder d ? d : description instanceof LastHolder s ? s : null;
            String holder = asked == null ? null : asked.lastHolder();
            return holder == null ? "" : PathRules.className(Text.safe(holder, MAX_HOLDER));
        } catch (Throwable t) {
            return ""; // the adapter's fault: its leaks are told apart by their frames alone
        }
    }

    /** True only if it is certain; an exception counts as "open". */
    public static boolean isClosed(@Nullable Object delegate) {
        return Boolean.FALSE.equals(open(delegate));
    }

    /** It was collected, and may have been closed before. */
    public static boolean endIsUnknown(@Nullable Object delegate) {
        return delegate instanceof Delegate d && d.endIsUnknown();
    }

    /** Tells whether a resource is open; null if it can't be told. */
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
            return null; // a scope ends with the one around it, and is forgotten all the same
        }
        JdkResource known = JdkResource.of(delegate);
        Boolean open = known == null ? null : known.isOpen(delegate);
        return open != null ? open : OpenState.ofConvention(delegate);
    }
}
