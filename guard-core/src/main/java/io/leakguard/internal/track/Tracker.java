package io.leakguard.internal.track;

import io.leakguard.LeakCause;
import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.base.Threads;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.stack.StackInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The record of one open resource, which is also the phantom reference to its handle, so that tracking makes one
 * object. When it ends it drops everything it holds, since a scope or a parent may hold it for longer.
 *
 * Closing doesn't clear the reference, which is a native call on some JDKs. The tracker leaves the shard's list, so the
 * collector doesn't find it any more. If somebody still holds it, {@link #collected} sees that it has ended.
 */
public class Tracker extends Node implements LeakTracker {

    private static final int OPEN = 0;
    static final int CLOSED = 1;
    static final int COLLECTED = 2;
    static final int SHUTDOWN = 3;
    private static final int END = 3;

    /** Reported while open. Its end is then a late release, and it is counted as leaked. */
    public static final int ESCAPED = 4;

    public static final int OVERDUE = 8;
    /** Declared long-lived. */
    public static final int KEPT = 16;
    /** Listed in its parent's report. */
    public static final int IN_PARENTS_REPORT = 32;
    /** Counted as leaked, once for each resource. */
    static final int COUNTED = 64;

    /** Counted among those that have been open for a while. */
    public static final int LONG_OPEN = 128;

    /** Collected and judged. Its parent need not list it any more. */
    public static final int SETTLED = 256;
    /** Collected, but no leak: it was closed directly, or its parent ended it. */
    public static final int NO_LEAK = 512;
    /** Handed from one scope to another at least once. */
    static final int MOVED = 1_024;

    private static final VarHandle STATE;
    private static final VarHandle SCOPE;
    private static final VarHandle STACK;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Tracker.class, "state", int.class);
            SCOPE = MethodHandles.lookup().findVarHandle(Tracker.class, "scope", ScopeImpl.class);
            STACK = MethodHandles.lookup().findVarHandle(Tracker.class, "stack", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    public final Shard shard;
    public final KindState kind;
    // For a pooled object, these change each time that it is handed out.
    public long openedNanos;
    public long threadId;
    public String threadName;

    /** Frames of the handle's own class are not to blame. The maker of the handle is. */
    final String handleClass;

    public final @Nullable Tracker parent;

    private volatile int state;

    /** A string, a supplier, or a {@link WeakHint}. */
    @Nullable
    public Object description;

    /** A {@link CreationStack}, later a {@link StackInfo}; null if it was not captured. */
    public volatile @Nullable Object stack;

    @Nullable
    public AutoCloseable delegate;

    /** A span's context, or an {@link Origin} with the values of context providers. */
    @Nullable
    Object origin;

    public volatile @Nullable ScopeImpl scope;

    private volatile @Nullable TrackerDetails details;

    /** The child that the same parent got before this one. Guarded by the parent. */
    @Nullable
    Tracker sibling;

    Tracker(
            @Nullable Object handle,
            ReferenceQueue<Object> collected,
            Shard shard,
            KindState kind,
            @Nullable Object description,
            @Nullable CreationStack stack,
            long openedNanos,
            Thread thread,
            String handleClass,
            @Nullable Tracker parent,
            @Nullable AutoCloseable delegate,
            @Nullable Object origin,
            @Nullable ScopeImpl scope) {
        super(handle, collected);
        this.shard = shard;
        this.kind = kind;
        this.description = description;
        // Plain stores: the shard's lock publishes a tracker, and a fence for each would cost noticeable time.
        if (stack != null) {
            STACK.set(this, stack);
        }
        if (scope != null) {
            SCOPE.set(this, scope);
        }
        this.openedNanos = openedNanos;
        this.threadId = Threads.id(thread);
        this.threadName = thread.getName();
        this.handleClass = handleClass;
        this.parent = parent;
        this.delegate = delegate;
        this.origin = origin;
    }

    // ------------------------------------------------------------------------------------------------- the end

    /** Ends it if it is open. Returns its earlier flags, or -1 if it had ended before. */
    final int end(int how) {
        while (true) {
            int s = state;
            if ((s & END) != OPEN) {
                return -1;
            }
            if (STATE.compareAndSet(this, s, s | how)) {
                return s;
            }
        }
    }

    @Override
    public boolean close() {
        int before = end(CLOSED);
        if (before < 0) {
            return closeAfterShutdown();
        }
        try {
            leaveRegistry();
            if (parent != null || details != null || before != 0) {
                closedWithHistory(before);
            }
            clearDetails();
        } catch (Throwable t) {
            shard.registry.failures.internal("closing a tracker", t);
        }
        return true;
    }

    @Override
    public boolean closeLate(String why) {
        int before = end(CLOSED);
        if (before < 0) {
            return closeAfterShutdown();
        }
        try {
            leaveRegistry();
            closedWithHistory(before);
            if ((before & (ESCAPED | OVERDUE)) == 0) {
                shard.registry.findings.closedLate(this, why);
            } else {
                clearDetails(); // it was reported before
            }
        } catch (Throwable t) {
            shard.registry.failures.internal("closing a tracker", t);
        }
        return true;
    }

    private void leaveRegistry() {
        Registry registry = shard.registry;
        if (registry.countsHolds()) {
            shard.removeClosed(this, kind.index, registry.clock.nanos() - openedNanos);
        } else {
            shard.remove(this, kind.index, Shard.CLOSED);
        }
        leaveLists();
    }

    /** It had children, or was reported while it was open. */
    private void closedWithHistory(int before) {
        for (Tracker child : children()) {
            child.close();
        }
        Findings findings = shard.registry.findings;
        if ((before & (ESCAPED | OVERDUE)) != 0) {
            LeakReport report = report();
            if (report != null) {
                findings.releasedLate(report, age());
            }
        }
        findings.ended(this);
    }

    /** It was collected, and turns out to have been closed directly: no leak. */
    public final void closedDirectly() {
        shard.collectedWasClosed(kind.index);
        set(NO_LEAK);
        clearDetails();
    }

    /** It was collected, and may have been closed. It counts as collected, not as leaked. */
    public final void endedUnknown() {
        set(NO_LEAK);
        clearDetails();
    }

    /** Counts it as leaked, once. */
    public final void countLeak(LeakCause cause) {
        if (set(COUNTED)) {
            kind.leaked.incrementAndGet();
            kind.count(cause);
        }
    }

    private boolean closeAfterShutdown() {
        int s = state;
        return (s & END) == SHUTDOWN && STATE.compareAndSet(this, s, (s & ~END) | CLOSED);
    }

    /** Tracks the same handle again. All earlier data is dropped. */
    final void beginAnew(long now, Thread thread, @Nullable Object from, @Nullable CreationStack with) {
        openedNanos = now;
        String name = thread.getName();
        if (threadName != name) {
            threadName = name;
            threadId = Threads.id(thread);
        }
        if (origin != from) {
            origin = from;
        }
        if (stack != with) {
            stack = with;
        }
        if (state != OPEN) {
            STATE.getAndBitwiseAnd(this, END);
        }
        if (details != null) {
            details = null;
        }
    }

    /** Neither closed nor collected, and the guard is open. */
    final boolean isRecording() {
        return (state & END) == OPEN;
    }

    /** Its handle was collected. It may have been closed before. */
    public void collected() {
        int before = end(COLLECTED);
        if (before >= 0) {
            try {
                try {
                    shard.remove(this, kind.index, Shard.COLLECTED);
                    leaveLists();
                } finally {
                    if (delegate instanceof Held held && held.isGone()) {
                        shard.registry.findings.ended(this);
                        endedUnknown();
                    } else {
                        shard.registry.findings.collected(this);
                    }
                }
            } catch (Throwable t) {
                shard.registry.failures.internal("a collected resource", t);
            }
        }
    }

    /** The guard is closed, and nothing is reported any more. Returns false if it had ended before. */
    boolean shutDown() {
        return end(SHUTDOWN) >= 0;
    }

    /** Tells large lists that contain this tracker that it has ended. */
    final void leaveLists() {
        ScopeImpl s = scope;
        if (s != null && s.isLarge()) {
            s.memberEnded();
        }
        if (parent != null) {
            parent.childEnded();
        }
    }

    /** Drops the data that only a report needs. */
    public void clearDetails() {
        description = null;
        delegate = null;
        origin = null;
        // Release stores; most trackers have neither.
        if (stack != null) {
            STACK.setRelease(this, null);
        }
        if (scope != null) {
            SCOPE.setRelease(this, null);
        }
        if (details != null) {
            details = null;
        }
    }

    // ------------------------------------------------------------------------------------------------- the state

    /**
     * Takes it out of all counts if the application need not close it.
     *
     * @param info its stack; null if it has none
     * @return true if it was taken out
     */
    public boolean isSetApart(@Nullable StackInfo info) {
        return false;
    }

    @Override
    public boolean isOpen() {
        return (state & END) == OPEN;
    }

    public boolean isCollected() {
        return (state & END) == COLLECTED;
    }

    public boolean isClosed() {
        return (state & END) == CLOSED;
    }

    public boolean has(int flag) {
        return (state & flag) != 0;
    }

    /** Sets a flag; true if this call set it. */
    public boolean set(int flag) {
        return ((int) STATE.getAndBitwiseOr(this, flag) & flag) == 0;
    }

    /** Sets a flag only while the resource is open: nothing is reported once close() has begun. */
    public boolean setWhileOpen(int flag) {
        while (true) {
            int s = state;
            if ((s & END) != OPEN || (s & flag) != 0) {
                return false;
            }
            if (STATE.compareAndSet(this, s, s | flag)) {
                return true;
            }
        }
    }

    @Override
    public void endChildren(Predicate<? super @Nullable AutoCloseable> which) {
        if (details == null) {
            return;
        }
        try {
            for (Tracker child : children()) {
                if (child.isClosed()) {
                    continue;
                }
                if (which.test(child.delegate instanceof Delegate ? null : child.delegate)) {
                    if (!child.close()) {
                        child.set(NO_LEAK); // collected, and its report may still be waiting for this
                    }
                } else {
                    child.endChildren(which);
                }
            }
        } catch (Throwable t) {
            shard.registry.failures.internal("ending the children of a resource", t);
        }
    }

    @Override
    public String siteText() {
        StackInfo info = explainedQuietly();
        return info == null ? "" : info.siteText;
    }

    @Override
    public LeakPath path() {
        StackInfo info = explainedQuietly();
        return info == null ? LeakPath.UNKNOWN : info.path;
    }

    @Override
    public List<StackTraceElement> stack() {
        StackInfo info = explainedQuietly();
        return info == null ? List.of() : info.frames;
    }

    private @Nullable StackInfo explainedQuietly() {
        try {
            return explained();
        } catch (Throwable t) {
            shard.registry.failures.internal("a creation stack", t);
            return null;
        }
    }

    /** The creation stack as shared elements; null if none was captured. Any thread. */
    public final @Nullable StackInfo explained() {
        Object captured = stack;
        if (captured instanceof StackInfo info) {
            return info;
        }
        if (!(captured instanceof CreationStack raw)) {
            return null;
        }
        StackInfo info = shard.registry.stacks.explain(raw, handleClass);
        stack = info;
        if (isClosed()) {
            stack = null; // closed meanwhile: drop it
        }
        return info;
    }

    /** The span that it was opened in; null if there was none. */
    public final @Nullable Object span() {
        Object from = origin;
        return from instanceof Origin o ? o.span : from;
    }

    /** The attributes that context providers and scopes give it. On the reporter's thread. */
    public final Map<String, String> attributes(@Nullable ScopeImpl around) {
        Map<String, String> ofProviders = origin instanceof Origin o ? o.attributes() : Map.of();
        Map<String, String> ofScopes = around == null ? Map.of() : around.allAttributes();
        if (ofProviders.isEmpty()) {
            return ofScopes;
        }
        ofProviders.putAll(ofScopes);
        return ofProviders;
    }

    @Override
    public List<String> scopes() {
        ScopeImpl s = scope;
        return s == null ? List.of() : s.path();
    }

    @Override
    public ResourceKind kind() {
        return kind.kind;
    }

    @Override
    public Duration age() {
        return Duration.ofNanos(Math.max(0, shard.registry.clock.nanos() - openedNanos));
    }

    public String threadLabel() {
        return threadName.isEmpty() ? "virtual-" + threadId : threadName;
    }

    // ------------------------------------------------------------------------------------------------- the rest

    @Override
    public void touch(@Nullable Object hint) {
        if (!isOpen()) {
            return;
        }
        try {
            long now = shard.registry.clock.nanos();
            CreationStack where = kind.admit(now, shard.registry.openingClock.isPeak()) ? new CreationStack() : null;
            TouchRecord touch = new TouchRecord(WeakHint.keep(hint), Threads.label(Thread.currentThread()), now, where);
            synchronized (this) {
                details().touched(touch);
                if (!isOpen()) {
                    details = null; // closed meanwhile: keep nothing
                }
            }
        } catch (Throwable t) {
            shard.registry.failures.internal("a touch", t);
        }
    }

    public List<TouchRecord> touches() {
        synchronized (this) {
            TrackerDetails d = details;
            return d == null ? List.of() : d.touches();
        }
    }

    public long touchCount() {
        synchronized (this) {
            TrackerDetails d = details;
            return d == null ? 0 : d.touchCount;
        }
    }

    void addChild(Tracker child) {
        synchronized (this) {
            details().addChild(child);
        }
    }

    /** Takes no lock for the many parents with few children. */
    private void childEnded() {
        TrackerDetails d = details;
        if (d != null && d.hasManyChildren()) {
            synchronized (this) {
                d.childEnded();
            }
        }
    }

    /** The children that are not closed, in the order of their opening. */
    public Tracker[] children() {
        synchronized (this) {
            TrackerDetails d = details;
            return d == null ? TrackerDetails.NO_CHILDREN : d.children();
        }
    }

    /** Moves it from one scope to another. False if it is no longer in the first. */
    boolean changeScope(@Nullable ScopeImpl from, @Nullable ScopeImpl to) {
        if (!SCOPE.compareAndSet(this, from, to)) {
            return false;
        }
        if (isClosed()) {
            scope = null; // closed meanwhile: drop it
        }
        return true;
    }

    /** Declares it long-lived. False if it has ended. */
    boolean keep(String reason) {
        synchronized (this) {
            if (!isOpen()) {
                return false;
            }
            details().keptReason = reason;
        }
        set(KEPT);
        forgetIfClosed();
        return true;
    }

    /** It belongs to a scope again, which must close it. */
    void unkeep() {
        if (has(KEPT)) {
            STATE.getAndBitwiseAnd(this, ~KEPT);
            synchronized (this) {
                TrackerDetails d = details;
                if (d != null) {
                    d.keptReason = null;
                }
            }
        }
    }

    private void forgetIfClosed() {
        if (isClosed()) {
            details = null;
        }
    }

    /** Remembers the report made while it was open, for the notice if it is closed later. */
    public void reportedAs(LeakReport report) {
        synchronized (this) {
            details().report = report;
        }
        forgetIfClosed();
    }

    @Nullable
    LeakReport report() {
        synchronized (this) {
            TrackerDetails d = details;
            return d == null ? null : d.report;
        }
    }

    @Nullable
    public String keptReason() {
        synchronized (this) {
            TrackerDetails d = details;
            return d == null ? null : d.keptReason;
        }
    }

    private TrackerDetails details() {
        TrackerDetails d = details;
        if (d == null) {
            d = details = new TrackerDetails();
        }
        return d;
    }

    /** The tracker of a guarded resource, or the tracker that was given; null if it is neither. */
    static @Nullable Tracker of(Object resource) {
        LeakTracker tracker = resource instanceof GuardedResource guarded
                ? guarded.leakTracker()
                : resource instanceof LeakTracker t ? t : null;
        return tracker instanceof Tracker t ? t : null;
    }

    @Override
    public String toString() {
        return kind.kind + "#" + Integer.toHexString(hashCode()) + (isOpen() ? " open" : " ended");
    }
}
