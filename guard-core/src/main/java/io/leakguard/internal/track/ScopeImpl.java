package io.leakguard.internal.track;

import io.leakguard.ResourceKind;
import io.leakguard.ScopeOptions;
import io.leakguard.ScopeUsage;
import io.leakguard.internal.base.Jvm;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.base.Threads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work. Threads and trackers reference this. The user holds a {@link ScopeHandle}, whose collection shows
 * that the scope was forgotten.
 */
public final class ScopeImpl implements AutoCloseable, Supplier<String> {

    private static final int MAX_ATTRIBUTES = 16;
    private static final int MAX_TEXT = 200;
    private static final int MAX_DEPTH = 16;
    private static final Tracker[] NONE = {};

    public final Registry registry;
    private volatile String name;
    final @Nullable ScopeImpl parent;
    public final ScopeOptions options;
    public final long openedNanos;
    private final String threadName;
    private final long openerId;

    /** Whether this scope or one around it measures allocation. */
    private final boolean measured;

    /**
     * Bytes that its threads allocated in it, up to the last time that each left. Null if this scope doesn't measure.
     */
    private final @Nullable AtomicLong allocated;

    private volatile boolean allocationUnknown;

    volatile @Nullable Tracker tracker;
    /** The span in which it was opened. Its tracker drops its own copy when it ends. */
    public volatile @Nullable Object span;

    private volatile boolean ended;
    private volatile boolean large;
    private volatile long endedNanos;

    // Guarded by this.
    private @Nullable TrackerList members;
    private @Nullable Map<String, String> attributes;
    private @Nullable List<ThreadScope> inside;

    /**
     * The thread that it was bound to when it was opened, and the task. Null for a detached scope, and after its end.
     */
    private volatile @Nullable ThreadScope openedOn;

    private Scopes.@Nullable Binding openedIn;

    public ScopeImpl(Registry registry, String name, @Nullable ScopeImpl parent, ScopeOptions options) {
        this.registry = registry;
        this.name = name;
        this.parent = parent;
        this.options = options;
        this.openedNanos = registry.clock.nanos();
        Thread thread = Thread.currentThread();
        this.threadName = thread.getName();
        this.openerId = Threads.id(thread);
        this.allocated = options.measures() ? new AtomicLong() : null;
        this.measured = allocated != null || (parent != null && parent.measured);
    }

    void openedOn(ThreadScope thread, Scopes.@Nullable Binding task) {
        openedIn = task;
        openedOn = thread;
    }

    boolean wasOpenedOn(ThreadScope thread) {
        return openedOn == thread;
    }

    boolean wasOpenedIn(ThreadScope thread, Scopes.@Nullable Binding task) {
        return openedOn == thread && openedIn == task;
    }

    public String name() {
        return name;
    }

    /** As the description of its own tracker: the last name. */
    @Override
    public String get() {
        return name;
    }

    void rename(String to) {
        name = String.valueOf(to);
    }

    public boolean isOpen() {
        return !ended;
    }

    @Nullable
    public ScopeImpl openAncestor() {
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

    /** Tells whether this scope is nested, at any depth, in another. */
    boolean isWithin(ScopeImpl other) {
        for (ScopeImpl s = parent; s != null; s = s.parent) {
            if (s == other) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------------------------------------- resources

    /** A resource was opened in this scope. */
    void add(Tracker tracker) {
        boolean late;
        synchronized (this) {
            late = ended;
            if (!late) {
                list().add(tracker, this::isMember);
                large = list().isLarge();
            }
        }
        if (late) {
            registry.findings.escaped(new Tracker[] {tracker}, this); // the scope ended between the look-up and now
        }
    }

    /** Takes a resource from {@code from}. False if this scope has ended, or the resource is no longer there. */
    boolean take(Tracker tracker, @Nullable ScopeImpl from) {
        synchronized (this) {
            if (ended || !tracker.changeScope(from, this)) {
                return false;
            }
            // Only a resource that was moved before can be here already.
            if (tracker.set(Tracker.MOVED) || !list().contains(tracker)) {
                list().add(tracker, this::isMember);
                large = list().isLarge();
            }
            return true;
        }
    }

    private TrackerList list() {
        TrackerList list = members;
        if (list == null) {
            list = members = new TrackerList();
        }
        return list;
    }

    private boolean isMember(Tracker tracker) {
        return tracker.isOpen() && tracker.scope == this && !tracker.has(Tracker.KEPT);
    }

    /** Tells whether to report a member's end, which is worth its cost only in a large scope. */
    boolean isLarge() {
        return large;
    }

    /** A member has ended. Once half of many members have, their trackers are released. */
    void memberEnded() {
        synchronized (this) {
            TrackerList list = members;
            if (list != null) {
                list.ended(this::isMember);
                large = list.isLarge();
            }
        }
    }

    /** The number of open resources, without nested scopes. */
    int openCount() {
        synchronized (this) {
            TrackerList list = members;
            if (list == null) {
                return 0;
            }
            list.prune(this::isMember);
            large = list.isLarge();
            int count = 0;
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i).kind.kind != ResourceKind.SCOPE) {
                    count++;
                }
            }
            return count;
        }
    }

    /** What hooks have seen opened in it, and that the application is to close. */
    public List<Observed> observed(Predicate<ResourceKind> which) {
        List<Observed> result = new ArrayList<>();
        synchronized (this) {
            TrackerList list = members;
            if (list == null) {
                return result;
            }
            list.prune(this::isMember);
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i) instanceof Observed record && which.test(record.kind.kind)) {
                    result.add(record);
                }
            }
        }
        result.removeIf(Observed::outlivesScopes); // outside of the lock: to set one apart takes it out of the list
        return result;
    }

    /** How many that are wrapped or tracked are open, without nested scopes. */
    public int toldCount() {
        synchronized (this) {
            TrackerList list = members;
            int count = 0;
            for (int i = 0; list != null && i < list.size(); i++) {
                Tracker member = list.get(i);
                if (isMember(member) && !(member instanceof Observed) && member.kind.kind != ResourceKind.SCOPE) {
                    count++;
                }
            }
            return count;
        }
    }

    /** See {@link #take}. */
    public boolean takeObserved(Observed record, @Nullable ScopeImpl from) {
        return take(record, from);
    }

    // ------------------------------------------------------------------------------------------------- the end

    /** Its handle was collected. It ends without blaming its resources, since nobody said that the work was done. */
    public void abandon() {
        end();
    }

    /** Its task has ended and nobody has closed it. That is a finding, and so are the resources that it left open. */
    void forgotten() {
        Tracker t = tracker;
        if (t != null && isOpen()) {
            registry.findings.forgotten(t, this);
        }
        close();
    }

    /** Ends it; null if it had ended before. */
    private Tracker @Nullable [] end() {
        synchronized (this) {
            if (ended) {
                return null;
            }
            endedNanos = registry.clock.nanos();
            List<ThreadScope> threads = inside;
            if (threads != null) {
                // These threads are still in it. Their allocation from now on comes after its end.
                AtomicLong bytes = allocated;
                if (bytes != null) {
                    for (ThreadScope thread : threads) {
                        add(bytes, thread.allocatedBefore, Jvm.allocatedBy(thread.threadId));
                    }
                }
                inside = null;
            }
            ended = true;
            TrackerList list = members;
            members = null;
            openedOn = null;
            openedIn = null;
            return list == null ? NONE : list.toArray();
        }
    }

    /** Ends the unit of work and reports the resources that it left open. */
    @Override
    public void close() {
        Tracker[] all = end();
        if (all == null) {
            return;
        }
        int n = 0;
        for (Tracker member : all) {
            Tracker above = member.parent;
            // A resource under another member is listed in that member's report.
            if (isMember(member) && (above == null || !isMember(above))) {
                all[n++] = member;
            }
        }
        if (n > 0) {
            registry.findings.escaped(Arrays.copyOf(all, n), this);
        }
        AtomicLong bytes = allocated;
        if (bytes != null) {
            registry.findings.measured(this, allocationUnknown ? -1 : bytes.get());
        }
    }

    // ------------------------------------------------------------------------------------------------- allocation

    /** Tells whether this scope or one around it measures allocation. */
    boolean isMeasured() {
        return measured;
    }

    /** A thread enters this scope. */
    void entered(ThreadScope thread) {
        for (ScopeImpl s = this; s != null && s.measured; s = s.parent) {
            if (s.allocated != null) {
                synchronized (s) {
                    if (!s.ended) {
                        List<ThreadScope> list = s.inside;
                        if (list == null) {
                            list = s.inside = new ArrayList<>(2);
                        }
                        list.add(thread);
                    }
                }
            }
        }
    }

    /** A thread leaves this scope. */
    void left(ThreadScope thread) {
        for (ScopeImpl s = this; s != null && s.measured; s = s.parent) {
            if (s.allocated != null) {
                synchronized (s) {
                    if (s.inside != null) {
                        s.inside.remove(thread);
                    }
                }
            }
        }
    }

    /** A thread in this scope has allocated. Below zero is unknown. */
    void count(long before, long now) {
        for (ScopeImpl s = this; s != null && s.measured; s = s.parent) {
            AtomicLong bytes = s.allocated;
            if (bytes != null) {
                synchronized (s) {
                    if (!s.ended) {
                        s.add(bytes, before, now);
                    }
                }
            }
        }
    }

    private void add(AtomicLong bytes, long before, long now) {
        if (before < 0 || now < before) {
            allocationUnknown = true; // and stays unknown: a part of the sum would be wrong
        } else {
            bytes.addAndGet(now - before);
        }
    }

    /**
     * Bytes that its threads have allocated in it so far, including threads that are in it now. Below zero if unknown.
     */
    private long allocatedNow() {
        AtomicLong bytes = allocated;
        if (bytes == null) {
            return -1;
        }
        synchronized (this) {
            long sum = bytes.get();
            List<ThreadScope> threads = inside;
            if (threads != null) {
                for (ThreadScope thread : threads) {
                    long before = thread.allocatedBefore;
                    long now = Jvm.allocatedBy(thread.threadId);
                    if (before < 0 || now < before) {
                        return -1;
                    }
                    sum += now - before;
                }
            }
            return allocationUnknown ? -1 : sum;
        }
    }

    // ------------------------------------------------------------------------------------------------- description

    void attribute(String key, String value) {
        String k = String.valueOf(key); // a null that slips through must not stop a report later
        String v = String.valueOf(value);
        synchronized (this) {
            Map<String, String> map = attributes;
            if (map == null) {
                map = attributes = new LinkedHashMap<>();
            }
            if (map.size() < MAX_ATTRIBUTES || map.containsKey(k)) {
                map.put(k, v);
            }
        }
    }

    public List<String> path() {
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

    /**
     * How long a resource of this kind may stay open here, by the innermost scope with a limit; null if none has one.
     */
    @Nullable
    public Duration limit(ResourceKind kind) {
        for (ScopeImpl s = this; s != null; s = s.parent) {
            Duration limit = s.options.limit(kind);
            if (limit != null) {
                return limit;
            }
        }
        return null;
    }

    public ScopeUsage usage() {
        long now = registry.clock.nanos();
        boolean over = ended;
        long open = Math.max(0, (over ? endedNanos : now) - openedNanos);
        long allocatedNow = allocatedNow();
        return new ScopeUsage(
                path(),
                allAttributes(),
                threadName.isEmpty() ? "virtual-" + openerId : threadName,
                Instant.ofEpochMilli(registry.clock.wallMillis() - TimeUnit.NANOSECONDS.toMillis(now - openedNanos)),
                Duration.ofNanos(open),
                over,
                openCount(),
                allocatedNow < 0 ? OptionalLong.empty() : OptionalLong.of(allocatedNow));
    }
}
