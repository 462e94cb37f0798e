package io.leakguard.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A unit of work. Threads and trackers reference this; the user holds a handle, whose collection tells of a forgotten scope. */
final class ScopeImpl implements AutoCloseable {

    private static final int MAX_ATTRIBUTES = 16;
    private static final int MAX_TEXT = 200;

    final Engine engine;
    final String name;
    final @Nullable ScopeImpl parent;

    volatile @Nullable Tracker tracker;

    private volatile boolean ended;
    private @Nullable TrackerList members;
    private @Nullable Map<String, String> attributes;

    ScopeImpl(Engine engine, String name, @Nullable ScopeImpl parent) {
        this.engine = engine;
        this.name = name;
        this.parent = parent;
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

    /** Its task has ended and nobody has closed it: that is a finding, and what it left open too. */
    void forgotten() {
        Tracker t = tracker;
        if (t != null && isOpen()) {
            engine.escaped(t);
        }
        close();
    }

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
            engine.escaped(tracker); // the scope ended between the look-up and now
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
            return list.toArray().length;
        }
    }

    void attribute(String key, String value) {
        synchronized (this) {
            Map<String, String> map = attributes;
            if (map == null) {
                map = attributes = new LinkedHashMap<>();
            }
            if (map.size() < MAX_ATTRIBUTES || map.containsKey(key)) {
                map.put(Text.safe(key, MAX_TEXT), Text.safe(value, MAX_TEXT));
            }
        }
    }

    List<String> path() {
        ArrayDeque<String> path = new ArrayDeque<>();
        for (ScopeImpl s = this; s != null && path.size() < 16; s = s.parent) {
            path.addFirst(s.name);
        }
        return List.copyOf(path);
    }

    Map<String, String> allAttributes() {
        List<ScopeImpl> chain = new ArrayList<>();
        for (ScopeImpl s = this; s != null && chain.size() < 16; s = s.parent) {
            chain.add(s);
        }
        Map<String, String> result = new LinkedHashMap<>();
        for (int i = chain.size() - 1; i >= 0; i--) {
            ScopeImpl s = chain.get(i);
            synchronized (s) {
                if (s.attributes != null) {
                    result.putAll(s.attributes);
                }
            }
        }
        return result;
    }

    /** Its handle was collected: it ends, without blaming what it opened, since nobody said that the work was done. */
    void abandon() {
        end();
    }

    private Tracker[] end() {
        synchronized (this) {
            if (ended) {
                return new Tracker[0];
            }
            ended = true;
            TrackerList list = members;
            members = null;
            return list == null ? new Tracker[0] : list.toArray();
        }
    }

    /** Ends the unit of work and reports what it left open. */
    @Override
    public void close() {
        for (Tracker tracker : end()) {
            if (isMember(tracker)) {
                Tracker parentTracker = tracker.parent;
                // Listed in the report of what it is open under.
                if (parentTracker == null || !parentTracker.isOpen() || parentTracker.scope != this) {
                    engine.escaped(tracker);
                }
            }
        }
    }
}
