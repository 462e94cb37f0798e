package io.leakguard.internal;

import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.OpenResources;
import io.leakguard.PressureReport;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Threads;
import io.leakguard.internal.detect.Descriptions;
import io.leakguard.internal.detect.Snapshot;
import io.leakguard.internal.stack.PathText;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.Delegate;
import io.leakguard.internal.track.Observed;
import io.leakguard.internal.track.ObservedTable;
import io.leakguard.internal.track.Probes;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.Tracker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The access of the watch and of a guard's public face to the engine, beyond the public face. */
public final class WatchLink {

    private static volatile @Nullable Function<LeakGuard, Engine> engines;

    private final RunningEngine engine;

    private WatchLink(RunningEngine engine) {
        this.engine = engine;
    }

    /** The guard's class sets the access to its engine. */
    public static void engines(Function<LeakGuard, Engine> access) {
        engines = access;
    }

    /** The link to a guard; null if it is disabled. */
    public static @Nullable WatchLink to(LeakGuard guard) {
        Function<LeakGuard, Engine> access = engines;
        return access != null && access.apply(guard) instanceof RunningEngine engine ? new WatchLink(engine) : null;
    }

    /** Makes a table of the resources that hooks in other people's classes see. */
    public ObservedTable observe(ObservedTable.Owners owners) {
        return engine.observe(owners);
    }

    public String name() {
        return engine.name();
    }

    public boolean isClosed() {
        return engine.isClosed();
    }

    public long nanos() {
        return engine.registry().clock.nanos();
    }

    public long wallMillis() {
        return engine.registry().clock.wallMillis();
    }

    public Thread newThread(Runnable task, String name) {
        return Threads.daemon(task, name);
    }

    /** Runs an action when the guard is closed; at once if it is closed already. */
    public void onClose(Runnable action) {
        engine.onClose(action);
    }

    public void forgetOnClose(Runnable action) {
        engine.forgetOnClose(action);
    }

    /** Passes a report to the guard's listeners. */
    public void report(PressureReport report) {
        engine.pressure(report);
    }

    /** Reports a trend that an adapter has seen. */
    public void growing(LeakTracker exemplar, String detail) {
        if (exemplar instanceof Tracker tracker && tracker.shard.registry == engine.registry()) {
            engine.rising(tracker, detail);
        }
    }

    public void failed(String doing, Throwable failure) {
        engine.internalError(doing, failure);
    }

    /** Gets a resource's kind, and whether the ends of its connection are known. */
    public interface RootVisitor {
        void root(ResourceKind kind, boolean hasEnds);
    }

    /** Passes on each open resource, except parts of another open one. */
    public void forEachRoot(RootVisitor visitor) {
        engine.registry().forEachOpen(tracker -> {
            Tracker parent = tracker.parent;
            if (parent == null || !parent.isOpen()) {
                visitor.root(tracker.kind.kind, Probes.hasEnds(tracker));
            }
        });
    }

    public OpenResources open() {
        return engine.open();
    }

    /**
     * Finds the open resources that have a wanted key, such as a socket by its addresses. Each result is a group of
     * one. If several have the same key, as a TLS socket and the one below it, it takes the one that is not a part of
     * another.
     *
     * @param keyOf the key of a delegate or a description; null if it has none. An exception counts as null
     */
    public <K> Map<K, OpenResources.Group> openBy(Set<K> wanted, Function<Object, @Nullable K> keyOf) {
        Map<K, Tracker> found = new HashMap<>();
        engine.registry().forEachOpen(tracker -> {
            K key = keyOf(Delegate.behind(tracker.delegate), keyOf);
            if (key == null) {
                key = keyOf(tracker.description, keyOf);
            }
            if (key != null && wanted.contains(key)) {
                found.merge(key, tracker, (a, b) -> a.parent == null ? a : b);
            }
        });
        Map<K, OpenResources.Group> explained = new HashMap<>();
        found.forEach((key, tracker) -> explained.put(key, explain(tracker)));
        return explained;
    }

    /** Called for resources that hooks have seen. */
    public interface ObservedVisitor {
        void observed(int[] descriptors, OpenResources.Group resource);
    }

    /** Passes on each open resource that hooks have seen, explained as a group of one, with its descriptors. */
    public void forEachObserved(ObservedVisitor visitor) {
        engine.registry().forEachOpen(tracker -> {
            if (tracker instanceof Observed observed && !observed.isSetApart(observed.explained())) {
                visitor.observed(observed.descriptors(), explain(observed));
            }
        });
    }

    private static <K> @Nullable K keyOf(@Nullable Object of, Function<Object, @Nullable K> keyOf) {
        try {
            return of == null ? null : keyOf.apply(of);
        } catch (Throwable t) {
            return null; // just closed, or a fault of the adapter: not found
        }
    }

    private OpenResources.Group explain(Tracker tracker) {
        StackInfo info = tracker.explained();
        ScopeImpl scope = tracker.scope;
        return new OpenResources.Group(
                tracker.kind.kind,
                info != null ? info.siteText : "no creation stack: the capture budget was used up",
                info != null ? PathText.of(info.path, info.site, List.of()) : "",
                1,
                Duration.ofNanos(Math.max(0, engine.registry().clock.nanos() - tracker.openedNanos)),
                Descriptions.text(tracker.description),
                Snapshot.keptReason(tracker),
                scope == null ? List.of() : List.of(String.join(" > ", scope.path())),
                List.of(tracker.threadLabel()),
                info != null ? info.frames : List.of());
    }
}
