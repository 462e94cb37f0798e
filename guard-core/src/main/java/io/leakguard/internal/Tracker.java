package io.leakguard.internal;

import io.leakguard.GuardedResource;
import io.leakguard.LeakCause;
import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.opentelemetry.api.trace.SpanContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The record of one open resource, and at the same time the phantom reference to its handle, so that tracking makes one
 * object. Once it has ended it lets go of everything, since a scope or a parent may hold it for longer.
 *
 * <p>Closing it doesn't clear the reference, which is a native call on some JDKs: it leaves the shard's list, so the
 * collector finds it no more; if somebody still holds it, {@link #collected} finds that it has ended.
 */
class Tracker extends Node implements LeakTracker {

    private static final int OPEN = 0;
    static final int CLOSED = 1;
    static final int COLLECTED = 2;
    static final int SHUTDOWN = 3;
    private static final int END = 3;

    /** Reported while open; its end is then a late release, and it is counted as leaked. */
    static final int ESCAPED = 4;

    static final int OVERDUE = 8;
    /** Declared long-lived. */
    static final int KEPT = 16;
    /** Listed in the report of what it was opened under. */
    static final int IN_PARENTS_REPORT = 32;
    /** Counted as leaked: each resource once. */
    static final int COUNTED = 64;

    /** Counted among those that have been open for a while. */
    static final int LONG_OPEN = 128;

    /** Collected and judged: its parent needs to list it no more. */
    static final int SETTLED = 256;
    /** Collected, but no leak: it was closed behind its handle's back, or ended by its parent. */
    static final int NO_LEAK = 512;
    /** Handed from one scope to another at least once. */
    static final int MOVED = 1_024;

    private static final int TOUCHES_KEPT = 4;
    private static final int FEW_CHILDREN = 8;
    private static final int MANY_CHILDREN = 512;

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

    final Shard shard;
    final KindState kind;
    // Of an object of a pool these change, each time that it is handed out.
    long openedNanos;
    long threadId;
    String threadName;

    /** Frames of the handle's own class are not to blame: whoever made the handle is. */
    final String handleClass;

    final @Nullable Tracker parent;

    private volatile int state;

    /** A string, a supplier, or a {@link WeakHint}. */
    @Nullable
    Object description;

    /** A {@link CreationStack}, later a {@link StackInfo}; null if it was not captured. */
    volatile @Nullable Object stack;

    @Nullable
    AutoCloseable delegate;

    /** Where it comes from: a {@link SpanContext}, or an {@link Origin} with what context providers captured. */
    @Nullable
    Object origin;

    volatile @Nullable ScopeImpl scope;

    private volatile @Nullable Extra extra;

    /** The one that was opened under the same parent before. Guarded by the parent. */
    private @Nullable Tracker sibling;

    /** What few resources have. */
    private static final class Extra {
        /** The one that was opened last; it leads to the others. Closed ones are dropped when there are many. */
        @Nullable
        Tracker lastChild;

        int children;
        int childrenEnded;
        int pruneAt = FEW_CHILDREN;

        TouchRecord @Nullable [] touches;
        long touchCount;

        @Nullable
        String keptReason;

        @Nullable
        LeakReport report;
    }

    /** A touch as it was made; only a report turns it into text. */
    record TouchRecord(
            @Nullable Object hint,
            String threadName,
            long nanos,
            @Nullable CreationStack stack) {}

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
        // Plain stores, since a tracker is published under its shard's lock: a fence each would be felt.
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

    /** Ends it, if it is open. Returns the flags that it had, or -1 if it had ended before. */
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
            if (parent != null || extra != null || before != 0) {
                closedWithHistory(before);
            }
            letGo();
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
                letGo(); // reported before
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
    final void closedDirectly() {
        shard.collectedWasClosed(kind.index);
        set(NO_LEAK);
        letGo();
    }

    /** It was collected, and may have been closed. It counts as collected, and not as leaked. */
    final void endedUnknown() {
        set(NO_LEAK);
        letGo();
    }

    /** Counts it as leaked, once. */
    final void countLeak(LeakCause cause) {
        if (set(COUNTED)) {
            kind.leaked.incrementAndGet();
            kind.count(cause);
        }
    }

    private boolean closeAfterShutdown() {
        int s = state;
        return (s & END) == SHUTDOWN && STATE.compareAndSet(this, s, (s & ~END) | CLOSED);
    }

    /** Tracks the same handle again; what was known of it is forgotten. */
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
        if (extra != null) {
            extra = null;
        }
    }

    /** Neither closed nor collected, and the guard is open. */
    final boolean isRecording() {
        return (state & END) == OPEN;
    }

    /** Its handle was collected; it may have been closed before. */
    void collected() {
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

    /** The guard is closed: nothing is to be reported any more. Returns false if it had ended before. */
    boolean shutDown() {
        return end(SHUTDOWN) >= 0;
    }

    /** Tells who lists very many trackers that this one has ended. */
    private void leaveLists() {
        ScopeImpl s = scope;
        if (s != null && s.isLarge()) {
            s.memberEnded();
        }
        if (parent != null) {
            parent.childEnded();
        }
    }

    /** Drops what only a report needs. */
    void letGo() {
        description = null;
        delegate = null;
        origin = null;
        // As above; most have none of these.
        if (stack != null) {
            STACK.setRelease(this, null);
        }
        if (scope != null) {
            SCOPE.setRelease(this, null);
        }
        if (extra != null) {
            extra = null;
        }
    }

    // ------------------------------------------------------------------------------------------------- the state

    @Override
    public boolean isOpen() {
        return (state & END) == OPEN;
    }

    boolean isCollected() {
        return (state & END) == COLLECTED;
    }

    boolean isClosed() {
        return (state & END) == CLOSED;
    }

    boolean has(int flag) {
        return (state & flag) != 0;
    }

    /** Sets a flag; true if this call set it. */
    boolean set(int flag) {
        return ((int) STATE.getAndBitwiseOr(this, flag) & flag) == 0;
    }

    /** Sets a flag only while the resource is open: once close() has begun, nothing is reported. */
    boolean setWhileOpen(int flag) {
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
        if (extra == null) {
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
    final @Nullable StackInfo explained() {
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
            stack = null; // closed meanwhile: it holds nothing
        }
        return info;
    }

    /** The span that it was opened in; null if there was none. */
    final @Nullable SpanContext span() {
        Object from = origin;
        return from instanceof Origin o ? o.span : (SpanContext) from;
    }

    /** What context providers and its scopes say of it; on the reporter's thread. */
    final Map<String, String> attributes() {
        Map<String, String> ofProviders = origin instanceof Origin o ? o.attributes() : Map.of();
        ScopeImpl around = scope;
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

    String threadLabel() {
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
                Extra e = extra();
                TouchRecord[] kept = e.touches;
                if (kept == null) {
                    kept = e.touches = new TouchRecord[TOUCHES_KEPT];
                }
                long n = e.touchCount++;
                // The first stays; the others take turns.
                kept[n == 0 ? 0 : 1 + (int) ((n - 1) % (TOUCHES_KEPT - 1))] = touch;
                if (!isOpen()) {
                    extra = null; // closed meanwhile: nothing may be kept
                }
            }
        } catch (Throwable t) {
            shard.registry.failures.internal("a touch", t);
        }
    }

    List<TouchRecord> touches() {
        synchronized (this) {
            Extra e = extra;
            TouchRecord[] kept = e == null ? null : e.touches;
            if (e == null || kept == null) {
                return List.of();
            }
            List<TouchRecord> result = new ArrayList<>(TOUCHES_KEPT);
            for (TouchRecord touch : kept) {
                if (touch != null) {
                    result.add(touch);
                }
            }
            result.sort((a, b) -> Long.signum(a.nanos() - b.nanos()));
            return result;
        }
    }

    long touchCount() {
        synchronized (this) {
            Extra e = extra;
            return e == null ? 0 : e.touchCount;
        }
    }

    void addChild(Tracker child) {
        synchronized (this) {
            Extra e = extra();
            if (e.children >= e.pruneAt) {
                prune(e);
            }
            child.sibling = e.lastChild;
            e.lastChild = child;
            e.children++;
        }
    }

    /** Drops those that need not be listed: half of them at least, or the next time is later, so that it is cheap for each. */
    private static void prune(Extra e) {
        Tracker kept = null;
        int count = 0;
        for (Tracker t = e.lastChild, next; t != null; t = next) {
            next = t.sibling;
            t.sibling = null;
            if (!t.isClosed() && !t.has(SETTLED | NO_LEAK)) {
                if (kept == null) {
                    e.lastChild = t;
                } else {
                    kept.sibling = t;
                }
                kept = t;
                count++;
            }
        }
        if (kept == null) {
            e.lastChild = null;
        }
        e.children = count;
        e.childrenEnded = 0;
        e.pruneAt = Math.max(FEW_CHILDREN, 2 * count);
    }

    /** What lists many children lets go of them once half have ended. */
    private void childEnded() {
        Extra e = extra;
        if (e != null && e.children > MANY_CHILDREN) {
            synchronized (this) {
                if (++e.childrenEnded > e.children / 2) {
                    prune(e);
                }
            }
        }
    }

    /** Those that are not closed, in the order of their opening. */
    Tracker[] children() {
        synchronized (this) {
            Extra e = extra;
            int n = 0;
            for (Tracker t = e == null ? null : e.lastChild; t != null; t = t.sibling) {
                n += t.isClosed() ? 0 : 1;
            }
            if (e == null || n == 0) {
                return NONE;
            }
            Tracker[] result = new Tracker[n];
            for (Tracker t = e.lastChild; t != null && n > 0; t = t.sibling) {
                if (!t.isClosed()) {
                    result[--n] = t;
                }
            }
            return n == 0 ? result : Arrays.copyOfRange(result, n, result.length); // some were closed meanwhile
        }
    }

    private static final Tracker[] NONE = {};

    /** Moves it from one scope to another; false if it is not in the first any more. */
    boolean changeScope(@Nullable ScopeImpl from, @Nullable ScopeImpl to) {
        if (!SCOPE.compareAndSet(this, from, to)) {
            return false;
        }
        if (isClosed()) {
            scope = null; // closed meanwhile: it holds nothing
        }
        return true;
    }

    /** Declares it long-lived. False if it has ended. */
    boolean keep(String reason) {
        synchronized (this) {
            if (!isOpen()) {
                return false;
            }
            extra().keptReason = reason;
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
                Extra e = extra;
                if (e != null) {
                    e.keptReason = null;
                }
            }
        }
    }

    private void forgetIfClosed() {
        if (isClosed()) {
            extra = null;
        }
    }

    /** Remembers how it was reported while open, for the notice when it is closed after all. */
    void reportedAs(LeakReport report) {
        synchronized (this) {
            extra().report = report;
        }
        forgetIfClosed();
    }

    @Nullable
    LeakReport report() {
        synchronized (this) {
            Extra e = extra;
            return e == null ? null : e.report;
        }
    }

    @Nullable
    String keptReason() {
        synchronized (this) {
            Extra e = extra;
            return e == null ? null : e.keptReason;
        }
    }

    private Extra extra() {
        Extra e = extra;
        if (e == null) {
            e = extra = new Extra();
        }
        return e;
    }

    /** Tells whether closing what this was opened under has ended it, or ending it alone, after it was collected. */
    boolean endedByParent() {
        return has(NO_LEAK) || anyParent(t -> t.isClosed() || t.has(NO_LEAK));
    }

    /** Tells whether what this was opened under was collected too, and the report is its. */
    boolean isPartOfParentsLeak() {
        return anyParent(t -> !t.isOpen());
    }

    /** Tells whether what this was opened under was collected too, and only waits to be taken out of the queue. */
    boolean hasParentInQueue() {
        return anyParent(t -> t.isOpen() && t.refersTo(null));
    }

    boolean hasOpenParent() {
        return anyParent(Tracker::isOpen);
    }

    private boolean anyParent(Predicate<Tracker> which) {
        for (Tracker t = parent; t != null; t = t.parent) {
            if (which.test(t)) {
                return true;
            }
        }
        return false;
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
