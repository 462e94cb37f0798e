package io.leakguard.netty;

import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.adapter.ResourceProbe;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The tracker that Netty's leak-aware buffer holds. It passes Netty's events on to the guard's tracker, and is the
 * resource's description. It never references the buffer.
 *
 * <p>The buffer's owner writes the fields, and the reporter reads them, mostly after the buffer is gone. A race can at
 * worst show an outdated handler's name.
 */
class NettyTracker<T> implements ResourceLeakTracker<T>, ResourceProbe {

    /** The package of Netty, also where it is shaded. */
    private static final String NETTY = ChannelHandlerContext.class
            .getName()
            .substring(0, ChannelHandlerContext.class.getName().length() - "channel.ChannelHandlerContext".length());

    private static final byte NO_LOOKS = -1;

    private final Class<?> type;
    private final int capacity;
    /**
     * The tracker of the buffer that this one is a retained slice of. If both leak, that buffer is reported, so it gets
     * this one's events.
     */
    private final @Nullable NettyTracker<?> source;

    /** Decided at allocation, since every access of every buffer reads it. */
    private final Accesses accesses;

    /** Of {@link UseBudget#FEW_LOOKS} those that are left; 0 is undecided. */
    private byte looksLeft;

    private boolean useRecorded;
    private boolean useMissed;

    private @Nullable LeakTracker tracker;
    private boolean closed;

    private int handlers;
    private @Nullable String firstHandler;
    private @Nullable String beforeLastHandler;
    private @Nullable String lastHandler;
    private @Nullable Class<?> lastHandlerClass;
    private @Nullable Class<?> namedHandler;
    private boolean outsideNetty;

    /** The requests that it carries; null for most buffers. */
    private @Nullable CarriedRequests requests;

    NettyTracker(Class<?> type, int capacity, @Nullable NettyTracker<?> source, Accesses accesses) {
        this.type = type;
        this.capacity = capacity;
        this.source = source;
        this.accesses = accesses;
    }

    void tracker(LeakTracker t) {
        tracker = t;
    }

    @Nullable
    LeakTracker tracker() {
        return tracker;
    }

    @Nullable
    NettyTracker<?> source() {
        return source;
    }

    /** The buffer is used, so its parts may have changed. */
    void used() {}

    @Override
    public final void record() {
        used();
        if (isRecordedNow()) {
            useRecorded = true;
            touch(null);
        }
    }

    private boolean isRecordedNow() {
        return switch (accesses) {
            case NONE -> false;
            case ALL -> true;
            case OF_APPLICATION -> Callers.includeApplication();
            case SOME_OF_APPLICATION -> isPaid(UseBudget.SOME.take()) && Callers.includeApplication();
            case FEW_OF_APPLICATION -> isOutsideNetty() && isPaid(hasLook()) && Callers.includeApplication();
        };
    }

    private boolean isPaid(boolean paid) {
        useMissed |= !paid;
        return paid;
    }

    /** Nearly all uses are those of Netty's codecs, before another handler is given the buffer. */
    private boolean isOutsideNetty() {
        Class<?> handler = lastHandlerClass;
        if (handler != namedHandler && handler != null) { // of each handler once: a codec uses a buffer a hundred times
            namedHandler = handler;
            outsideNetty = !handler.getName().startsWith(NETTY);
        }
        return outsideNetty;
    }

    private boolean hasLook() {
        if (looksLeft == 0) {
            looksLeft = UseBudget.FEW.take() ? UseBudget.FEW_LOOKS : NO_LOOKS;
        }
        if (looksLeft == NO_LOOKS) {
            return false;
        }
        looksLeft = looksLeft == 1 ? NO_LOOKS : (byte) (looksLeft - 1);
        return true;
    }

    private void touch(@Nullable Object hint) {
        LeakTracker t = tracker;
        if (t != null) {
            t.touch(hint);
        }
        NettyTracker<?> s = source;
        if (s != null) {
            s.touch(hint);
        }
    }

    @Override
    public final void record(@Nullable Object hint) {
        used();
        if (hint instanceof ChannelHandlerContext context) {
            passed(context);
            return;
        }
        if (hint != null || accesses.compareTo(Accesses.FEW_OF_APPLICATION) > 0) {
            touch(hint);
        }
    }

    /** A pipeline passes the buffer to a handler. Keeps names and not the context, which may lead to the buffer. */
    private void passed(ChannelHandlerContext context) {
        if (AllChannels.isOn()) {
            AllChannels.passing(context.channel());
        }
        String handler = context.name();
        lastHandlerClass = context.handler().getClass();
        if (handlers++ == 0) {
            firstHandler = handler;
        } else {
            beforeLastHandler = lastHandler;
        }
        lastHandler = handler;
        NettyTracker<?> s = source;
        if (s != null) {
            s.passed(context);
            return;
        }
        LeakScope scope = PassedScopes.of(context);
        if (scope != null) {
            carries(scope);
        }
    }

    /** It carries a request, or a part of one. */
    final void carries(LeakScope scope) {
        CarriedRequests r = requests;
        if (r == null) {
            requests = new CarriedRequests(scope);
        } else {
            r.add(scope);
        }
        NettyTracker<?> s = source; // if both leak, the source is reported
        if (s != null) {
            s.carries(scope);
        }
    }

    /** The handlers of the request that it {@linkplain #carries carries} have returned without releasing it. */
    final void keptBy(LeakScope scope) {
        CarriedRequests r = requests;
        if (r != null) {
            r.keptBy(scope);
        }
        NettyTracker<?> s = source;
        if (s != null) {
            s.keptBy(scope);
        }
    }

    @Override
    public final @Nullable LeakScope usedIn() {
        CarriedRequests r = requests;
        return r == null ? null : r.kept();
    }

    /** Netty asserts that this returns true, whatever the guard's state of the buffer is. */
    @Override
    public boolean close(T tracked) {
        try {
            if (closed) {
                return false;
            }
            closed = true;
            LeakTracker t = tracker;
            if (t != null) {
                t.close();
            }
            return true;
        } finally {
            Reference.reachabilityFence(tracked);
        }
    }

    /** The name of a buffer in a report. */
    static String text(Class<?> type, int capacity) {
        return capacity > 0 ? type.getSimpleName() + ' ' + capacity + " B" : type.getSimpleName();
    }

    /** The handler's name in its pipeline, and its class. All channels of a server have these in common. */
    @Override
    public String lastHolder() {
        Class<?> handler = lastHandlerClass;
        return handler == null ? "" : lastHandler + " (" + handler.getName() + ")";
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public String describe() {
        StringBuilder text = new StringBuilder(text(type, capacity));
        int passed = handlers;
        if (passed > 0) {
            text.append(" · passed to ").append(firstHandler);
            if (passed > 3) {
                text.append(" → (").append(passed - 3).append(" more)");
            }
            if (passed > 2) {
                text.append(" → ").append(beforeLastHandler);
            }
            if (passed > 1) {
                text.append(" → ").append(lastHandler);
            }
            Class<?> handler = lastHandlerClass;
            text.append(" (").append(handler == null ? "" : handler.getName()).append(')');
            if (handler != null && Frameworks.has(handler.getName())) {
                text.append(", which is no class of yours: buffer.touch(\"where\") in your code names its line");
            }
        }
        if (useRecorded && useMissed) {
            text.append(" · some of its uses were not recorded");
        }
        CarriedRequests r = requests;
        if (r != null) {
            r.describe(text);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return describe();
    }
}
