package io.leakguard.internal.observe;

import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.internal.AgentLink;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.Observed;
import io.leakguard.internal.track.ObservedTable;
import io.leakguard.internal.track.ScopeHandle;
import io.leakguard.internal.track.ScopeImpl;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the agent has told one guard. Thread-safe. */
public final class Observations {

    /**
     * Who opened a resource.
     *
     * @param attributes those of the scopes that it was opened in
     * @param stack its creation stack
     */
    public record Opening(Map<String, String> attributes, List<StackTraceElement> stack) {}

    private final ObservedTable table;

    private Observations(ObservedTable table) {
        this.table = table;
    }

    /** What the agent has told a guard; null if there is no agent. */
    public static @Nullable Observations of(LeakGuard guard) {
        ObservedTable table = AgentLink.tableOf(guard);
        return table == null ? null : new Observations(table);
    }

    /** Counts what is open in a scope and was seen by hooks, of kinds that are asked for. */
    public static int openIn(LeakScope scope, Predicate<ResourceKind> which) {
        return openIn(scope, which, stack -> true);
    }

    /** As above, of those whose creation stack is asked for. */
    public static int openIn(
            LeakScope scope, Predicate<ResourceKind> which, Predicate<List<StackTraceElement>> opened) {
        return (int) observed(scope, which, opened).count();
    }

    private static Stream<Observed> observed(
            LeakScope scope, Predicate<ResourceKind> which, Predicate<List<StackTraceElement>> opened) {
        return scope instanceof ScopeHandle handle
                ? handle.scope().observed(which).stream().filter(record -> opened.test(stackOf(record)))
                : Stream.empty();
    }

    private static List<StackTraceElement> stackOf(Observed record) {
        StackInfo info = record.explained();
        return info == null ? List.of() : info.frames;
    }

    /** Counts what is open in a scope and was not seen by hooks, but wrapped or tracked. */
    public static int toldIn(LeakScope scope) {
        return scope instanceof ScopeHandle handle ? handle.scope().toldCount() : scope.openCount();
    }

    /** Hands a resource on that a hook has seen; false if none has, or if it is closed. */
    public boolean adopt(Object handle, LeakScope to) {
        Observed record = table.known(handle);
        ScopeImpl from = record == null ? null : record.scope;
        return record != null && to instanceof ScopeHandle into && into.scope().takeObserved(record, from);
    }

    /** Hands on what is open in a scope and was seen by hooks. */
    public static void move(
            LeakScope from, LeakScope to, Predicate<ResourceKind> which, Predicate<List<StackTraceElement>> opened) {
        if (from instanceof ScopeHandle left && to instanceof ScopeHandle into) {
            observed(from, which, opened).forEach(record -> into.scope().takeObserved(record, left.scope()));
        }
    }

    /** See {@link ObservedTable#seenOf}. */
    public Set<Integer> seenOf(Set<Integer> descriptors) {
        return table.seenOf(descriptors);
    }

    /** Who opened a resource that is open, such as a running thread; null if no hook has seen it. */
    public @Nullable Opening openingOf(Object handle) {
        Observed record = table.known(handle);
        if (record == null) {
            return null;
        }
        return new Opening(record.attributes(record.scope), stackOf(record));
    }
}
