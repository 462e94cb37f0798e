package io.leakguard.junit;

import io.leakguard.GuardStats;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import java.lang.ref.WeakReference;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A part of the run that owns resources: the suite, a class, a test, an invocation of a test. It is in JUnit's store of
 * its context. When the store closes, after {@code @AfterEach} and {@code @AutoClose}, the unit is checked.
 */
final class Unit implements AutoCloseable {

    /** The attribute of its scope that names it. */
    static final String ATTRIBUTE = "leakguard.test";

    /** The attribute of the scope for threads that are in none. */
    static final String BY_OTHERS = "leakguard.test.others";

    enum Level {
        SUITE,
        CLASS,
        /** Holds invocations, without a life cycle of its own. */
        CONTAINER,
        TEST
    }

    /** JUnit's data about a part of the run. */
    record Origin(
            String uniqueId,
            String displayName,
            Level level,
            String className,
            String methodName,
            @Nullable AnnotatedElement element) {}

    final Run run;
    final @Nullable Unit parent;
    final Level level;
    final String id;
    final String uniqueId;
    final String name;
    final String className;
    final String methodName;
    final Policy policy;
    final LeakScope scope;
    final long startMillis;
    final long trackedBefore;
    final long collectedBefore;
    volatile long endMillis = Long.MAX_VALUE;

    /** Later leaks of this unit are charged to the unit around it. Guarded by the run's lock, as its leaks are. */
    boolean checked;

    final List<Leak> leaks = new ArrayList<>();

    /** The threads that were put into its scope. */
    final Set<Long> threads = ConcurrentHashMap.newKeySet();

    /** Those that servers answer; weak, so that a forgotten one is still found. */
    private final Queue<WeakReference<LeakScope>> requests = new ConcurrentLinkedQueue<>();

    volatile @Nullable ExtensionContext context;
    private volatile @Nullable Thread boundTo;

    private final Object othersLock = new Object();
    private @Nullable LeakScope others;
    private boolean othersEnded;
    private LeakListener.@Nullable Registration binding;

    Unit(Run run, @Nullable Unit parent, Origin origin, @Nullable ExtensionContext context) {
        this.run = run;
        this.parent = parent;
        this.context = context;
        this.uniqueId = origin.uniqueId();
        this.level = parent == null ? Level.SUITE : origin.level();
        this.id = run.nextId();
        this.name = parent == null
                ? "the suite"
                : parent.level == Level.SUITE ? origin.displayName() : parent.name + " > " + origin.displayName();
        this.className = origin.className();
        this.methodName = origin.methodName();
        this.policy = parent == null ? Policy.of(run.settings) : Policy.of(run, parent.policy, origin.element());
        GuardStats now = run.guard.stats();
        this.trackedBefore = run.tracked(now);
        this.collectedBefore = now.collected();
        this.startMillis = System.currentTimeMillis();
        this.scope = run.openScope(name, parent).attribute(ATTRIBUTE, id);
        run.started(this);
    }

    /** The type of the last segment shows the level. JUnit's API doesn't. */
    static Level level(String uniqueId) {
        String last = uniqueId.substring(uniqueId.lastIndexOf('/') + 1);
        int colon = last.indexOf(':');
        return switch (colon < 1 ? "" : last.substring(1, colon)) {
            case "class", "nested-class", "class-template", "class-template-invocation" -> Level.CLASS;
            case "test-template", "dynamic-container" -> Level.CONTAINER;
            case "engine" -> Level.SUITE;
            default -> Level.TEST;
        };
    }

    /** Puts the current thread into its scope until it ends, unless that was done already. */
    void bind() {
        if (boundTo == null) {
            boundTo = Thread.currentThread();
            threads.add(threadId());
            binding = inherited();
        }
    }

    /** Threads that the current one makes from now on are its own. */
    private LeakListener.Registration inherited() {
        LeakListener.Registration bound = scope.bind();
        Unit before = run.births.get();
        run.births.set(this);
        return () -> {
            if (before == null) {
                run.births.remove();
            } else {
                run.births.set(before);
            }
            bound.close();
        };
    }

    /** Puts the current thread into its scope for one call. */
    LeakListener.Registration enter() {
        if (boundTo == Thread.currentThread()) {
            return () -> {};
        }
        threads.add(threadId());
        return inherited();
    }

    void unbind() {
        LeakListener.Registration b = binding;
        if (b != null && boundTo == Thread.currentThread()) {
            b.close();
        }
        binding = null;
        boundTo = null;
    }

    /** The scope for threads that are in none while this is the only test. Made when it is needed. */
    LeakScope scopeOfOthers() {
        synchronized (othersLock) {
            if (othersEnded) {
                return parent == null ? scope : parent.scope;
            }
            LeakScope known = others;
            if (known == null) {
                others = known =
                        run.openScope(name, parent).attribute(ATTRIBUTE, id).attribute(BY_OTHERS, "true");
            }
            return known;
        }
    }

    /** Opens the scope of a request that it makes of a server. */
    LeakScope openRequest(String requestName) {
        LeakScope request = run.guard.openDetachedScope(requestName, scope);
        requests.removeIf(Unit::isOver);
        requests.add(new WeakReference<>(request));
        return request;
    }

    private static boolean isOver(WeakReference<LeakScope> request) {
        LeakScope open = request.get();
        return open == null || open.usage().ended();
    }

    /**
     * How many resources are open, of its own and of other threads', and of those that were handed to it.
     *
     * @param withoutSeen whether what the agent alone has seen is left out, since it is handed on
     */
    int openCount(boolean withoutSeen) {
        requests.removeIf(Unit::isOver);
        LeakScope ofOthers;
        synchronized (othersLock) {
            ofOthers = others;
        }
        int own = withoutSeen
                ? run.seen.toldIn(scope) + (ofOthers == null ? 0 : run.seen.toldIn(ofOthers))
                : run.seen.openIn(scope) + (ofOthers == null ? 0 : run.seen.openIn(ofOthers));
        return own + run.seen.awaitedOf(this) + requests.size();
    }

    /** Tells whether the agent has seen it open something and not close it, so that a collection could say more. */
    boolean wantsCollection() {
        return run.seen.wantsCollection(scope);
    }

    /** Hands what the agent has seen and is open to another unit. */
    void handOn(Unit to, boolean onlyByHelpers) {
        LeakScope ofOthers;
        synchronized (othersLock) {
            ofOthers = others;
        }
        run.seen.handOn(this, scope, false, to, onlyByHelpers);
        if (ofOthers != null) {
            run.seen.handOn(this, ofOthers, true, to, onlyByHelpers);
        }
    }

    /** Closes its scopes. Returns their number. */
    int closeScopes() {
        LeakScope ofOthers;
        synchronized (othersLock) {
            othersEnded = true;
            ofOthers = others;
        }
        scope.close();
        if (ofOthers == null) {
            return 1;
        }
        ofOthers.close();
        return 2;
    }

    @SuppressWarnings("deprecation") // threadId() is not in JDK 17
    private static long threadId() {
        return Thread.currentThread().getId();
    }

    boolean isWithin(Unit other) {
        for (Unit u = this; u != null; u = u.parent) {
            if (u == other) {
                return true;
            }
        }
        return false;
    }

    boolean ranAt(long millis) {
        return ranAt(millis, 0);
    }

    /** As {@link #ranAt(long)}, for a less exact time. */
    boolean ranAt(long millis, long slack) {
        return startMillis - slack <= millis && millis - slack <= endMillis;
    }

    /** Its outermost class. The suite, or this unit itself, if it is in no class. */
    Unit topClass() {
        Unit top = this;
        for (Unit u = this; u != null; u = u.parent) {
            if (u.level == Level.CLASS) {
                top = u;
            }
        }
        return top;
    }

    boolean isTopClass() {
        return level == Level.CLASS && topClass() == this;
    }

    Unit owner(TestScope.Owner owner) {
        Unit u = this;
        Level wanted = owner == TestScope.Owner.CLASS ? Level.CLASS : Level.SUITE;
        while (u.parent != null && u.level != wanted) {
            u = u.parent;
        }
        return u;
    }

    @Override
    public void close() {
        run.end(this);
    }

    @Override
    public String toString() {
        return name;
    }
}
