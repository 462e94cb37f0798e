package io.leakguard.internal;

import io.leakguard.ScopeOptions;
import io.leakguard.ScopeUsage;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work. Threads and trackers reference this; the user holds a {@link ScopeHandle}, whose collection tells of a
 * forgotten scope.
 */
final class ScopeImpl implements AutoCloseable {

    private static final int MAX_ATTRIBUTES = 16;
    private static final int MAX_TEXT = 200;
    private static final int MAX_DEPTH = 16;
    private static final Tracker[] NONE = {};

    final Engine engine;
    final String name;
    final @Nullable ScopeImpl parent;
    final ScopeOptions options;
    final long openedNanos;
    private final String threadName;

    /** The bytes allocated by threads that have left; null if not measured, below zero if unknown. */
    private final @Nullable AtomicLong allocated;

    /** What the opening thread had allocated when it opened the scope; -1 if unknown. */
    private final long allocatedBefore;

    private final long openerId;

    /** Opened for no thread: no task forgets it, whoever opened it closes it. */
    volatile boolean detached;

    /** What threads hold: this scope, then those around it. */
    final List<WeakReference<ScopeImpl>> references;

    volatile @Nullable Tracker tracker;

    private volatile boolean ended;
    private volatile long endedNanos;
    private @Nullable TrackerList members;
    private @Nullable Map<String, String> attributes;

    ScopeImpl(Engine engine, String name, @Nullable ScopeImpl parent, ScopeOptions options) {
        this.engine = engine;
        this.name = name;
        this.parent = parent;
        this.options = options;
        this.references = references(parent);
        this.openedNanos = engine.clock.nanos();
        Thread thread = Thread.currentThread();
        this.threadName = thread.getName();
        this.openerId = Threads.id(thread);
        if (options.measures()) {
            allocated = new AtomicLong();
            allocatedBefore = Jvm.allocatedByCurrentThread();
        } else {
            allocated = null;
            allocatedBefore = 0;
        }
    }

    private List<WeakReference<ScopeImpl>> references(@Nullable ScopeImpl around) {
        WeakReference<ScopeImpl> self = new WeakReference<>(this);
        if (around == null) {
            return List.of(self);
        }
        List<WeakReference<ScopeImpl>> all = new ArrayList<>(around.references.size() + 1);
        all.add(self);
        all.addAll(around.references);
        return all;
    }

    boolean isOpen() {
        return !ended;
    }

    @Nullable
    ScopeImpl openAncestor() {
        ScopeImpl s = this;
        while (s != null && s.ended) {
            s = s.parent;
        }
        return s;
    }

    @Nullable
    ScopeImpl openParent() {
        ScopeImpl p = parent;
        return p == null ? null : p.openAncestor();
    }

    /** Tells whether this scope is nested, at any depth, in another; everything is within no scope. */
    boolean isWithin(@Nullable ScopeImpl other) {
        if (other == null) {
            return true;
        }
        for (ScopeImpl s = parent; s != null; s = s.parent) {
            if (s == other) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------------------------------------- resources

    /** A resource was opened in this scope, or handed to it. */
    void add(Tracker tracker) {
        boolean late;
        synchronized (this) {
            late = ended;
            if (!late) {
                TrackerList list = members;
                if (list == null) {
                    list = members = new TrackerList();
                }
                list.add(tracker, this::isMember);
            }
        }
        if (late) {
            engine.escaped(tracker, this); // the scope ended between the look-up and now
        }
    }

    private boolean isMember(Tracker tracker) {
        return tracker.isOpen() && tracker.scope == this && !tracker.has(Tracker.KEPT);
    }

    int openCount() {
        synchronized (this) {
            TrackerList list = members;
            if (list == null) {
                return 0;
            }
            list.prune(this::isMember);
            return list.size();
        }
    }

    // ------------------------------------------------------------------------------------------------- the end

    /** Its handle was collected: it ends, without blaming what it opened, since nobody said that the work was done. */
    void abandon() {
        end();
    }

    /** Its task has ended and nobody has closed it: that is a finding, and what it left open too. */
    void forgotten() {
        if (detached) {
            return;
        }
        Tracker t = tracker;
        if (t != null && isOpen()) {
            engine.forgotten(t);
        }
        close();
    }

    private Tracker[] end() {
        synchronized (this) {
            if (ended) {
                return NONE;
            }
            endedNanos = engine.clock.nanos();
            ended = true;
            TrackerList list = members;
            members = null;
            return list == null ? NONE : list.toArray();
        }
    }

    /** Ends the unit of work and reports what it left open. */
    @Override
    public void close() {
        boolean first = !ended;
        for (Tracker member : end()) {
            if (isMember(member)) {
                Tracker above = member.parent;
                // Listed in the report of what it is open under.
                if (above == null || !above.isOpen() || above.scope != this) {
                    engine.escaped(member, this);
                }
            }
        }
        AtomicLong bytes = allocated;
        if (bytes != null && first) {
            measured(bytes);
        }
    }

    private void measured(AtomicLong bytes) {
        if (Threads.id(Thread.currentThread()) == openerId) {
            addAllocated(bytes, allocatedBefore, Jvm.allocatedByCurrentThread());
        } else {
            bytes.set(Long.MIN_VALUE / 2); // ended on another thread: what its own allocated can't be read any more
        }
        engine.scopeMeasured(this, bytes.get());
    }

    /** Another thread that was in this scope leaves it. */
    void leftByOther(long before) {
        long now = Jvm.allocatedByCurrentThread();
        for (ScopeImpl s = this; s != null; s = s.parent) {
            AtomicLong bytes = s.allocated;
            if (bytes != null) {
                addAllocated(bytes, before, now);
            }
        }
    }

    /** Tells whether this scope or one around it measures allocation. */
    boolean measures() {
        for (ScopeImpl s = this; s != null; s = s.parent) {
            if (s.allocated != null) {
                return true;
            }
        }
        return false;
    }

    boolean isOpener() {
        return Threads.id(Thread.currentThread()) == openerId;
    }

    private static void addAllocated(AtomicLong bytes, long before, long now) {
        // Once unknown it stays unknown: half a number would be a wrong one.
        bytes.accumulateAndGet(
                before < 0 || now < 0 ? Long.MIN_VALUE / 2 : now - before, (a, b) -> a < 0 ? a : b < 0 ? b : a + b);
    }

    // ------------------------------------------------------------------------------------------------- description

    void attribute(String key, String value) {
        synchronized (this) {
            Map<String, String> map = attributes;
            if (map == null) {
                map = attributes = new LinkedHashMap<>();
            }
            if (map.size() < MAX_ATTRIBUTES || map.containsKey(key)) {
                map.put(key, value);
            }
        }
    }

    List<String> path() {
        ArrayDeque<String> path = new ArrayDeque<>();
        for (ScopeImpl s = this; s != null && path.size() < MAX_DEPTH; s = s.parent) {
            path.addFirst(Text.safe(s.name, MAX_TEXT));
        }
        return List.copyOf(path);
    }

    Map<String, String> allAttributes() {
        List<ScopeImpl> chain = new ArrayList<>();
        for (ScopeImpl s = this; s != null && chain.size() < MAX_DEPTH; s = s.parent) {
            chain.add(s);
        }
        Map<String, String> result = new LinkedHashMap<>();
        for (int i = chain.size() - 1; i >= 0; i--) {
            ScopeImpl s = chain.get(i);
            synchronized (s) {
                if (s.attributes != null) {
                    s.attributes.forEach((k, v) -> result.put(Text.safe(k, MAX_TEXT), Text.safe(v, MAX_TEXT)));
                }
            }
        }
        return result;
    }

    /** How long a resource of this kind may stay open here: the innermost scope that says so; null if none does. */
    @Nullable
    Duration limit(io.leakguard.ResourceKind kind) {
        for (ScopeImpl s = this; s != null; s = s.parent) {
            Duration limit = s.options.limit(kind);
            if (limit != null) {
                return limit;
            }
        }
        return null;
    }

    ScopeUsage usage() {
        long now = engine.clock.nanos();
        boolean over = ended;
        long open = Math.max(0, (over ? endedNanos : now) - openedNanos);
        AtomicLong bytes = allocated;
        long allocatedNow = bytes == null ? -1 : bytes.get();
        return new ScopeUsage(
                path(),
                allAttributes(),
                threadName.isEmpty() ? "virtual-" + openerId : threadName,
                Instant.ofEpochMilli(engine.clock.wallMillis() - TimeUnit.NANOSECONDS.toMillis(now - openedNanos)),
                Duration.ofNanos(open),
                over,
                openCount(),
                allocatedNow < 0 ? OptionalLong.empty() : OptionalLong.of(allocatedNow));
    }
}
