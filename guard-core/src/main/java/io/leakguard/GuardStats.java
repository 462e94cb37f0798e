package io.leakguard;

import java.util.Map;

/**
 * The counts of a guard since it was created. Every count is of resources unless it says reports. The counts are exact
 * while no thread opens or closes and {@link LeakGuard#flush flush} has returned. At other times each count is right by
 * itself, and two of them may be a moment apart.
 *
 * @param opened tracked so far; always {@code closed + collected + open} once the guard is quiet
 * @param closed closed properly, by themselves or with the resource under which they were opened
 * @param collected garbage-collected while still open
 * @param open open now
 * @param leaked proven leaks: collected, or open when their scope ended; each resource counts once, and suppressed
 *     leaks don't count
 * @param captured creation stacks captured
 * @param notCaptured opened without a stack, because the capture budget was used up
 * @param reported reports given to listeners; one report can stand for many leaks of one site
 * @param suppressed leaks that a suppression matched
 * @param dropped reports lost: the queue or a listener's queue was full, or the site was forgotten under pressure
 * @param listenerFailures calls of listeners and {@link ContextProvider}s that threw
 * @param internalErrors failures inside the guard, each logged; zero unless the guard has a fault
 * @param byKind the counts of each kind that was opened
 * @param droppedBy {@code dropped} by reason; it has each reason, mostly with zero
 */
public record GuardStats(
        long opened,
        long closed,
        long collected,
        long open,
        long leaked,
        long captured,
        long notCaptured,
        long reported,
        long suppressed,
        long dropped,
        long listenerFailures,
        long internalErrors,
        Map<ResourceKind, KindStats> byKind,
        Map<DropReason, Long> droppedBy) {

    /** Copies the maps. */
    public GuardStats {
        byKind = Map.copyOf(byKind);
        droppedBy = Map.copyOf(droppedBy);
    }

    /** The reason why a report was lost. The leaks of a lost report are still counted. */
    public enum DropReason {
        /** Too many leaks waited to be explained. */
        QUEUE_FULL,
        /** A listener was too slow. */
        LISTENER_FULL,
        /**
         * Its path was forgotten before its report was due, since too many leaked. Or its site has more paths than the
         * guard distinguishes, and another one of them was reported in its place.
         */
        SITES_FULL,
        /**
         * More scopes allocated too much than
         * {@linkplain LeakGuardBuilder#maxReportsPerMinute may be reported a minute}. Those that allocated most are
         * still remembered ({@link LeakGuard#topScopesByAllocation}). Or more sites waited for their report when the
         * guard was closed.
         */
        RATE_LIMITED,
        /**
         * Making or delivering it failed, for lack of memory or of a thread: see {@link GuardStats#internalErrors()}.
         */
        FAILED
    }

    /**
     * The counts of one kind.
     *
     * @param opened tracked so far
     * @param closed closed properly
     * @param collected garbage-collected while still open
     * @param open open now
     * @param leaked proven leaks
     * @param captured creation stacks captured
     * @param byCause the number of findings of each cause, even if reports were rate-limited: the proven causes add up
     *     to {@code leaked}, and a resource can be suspected before it is proven; a cause that was never found is
     *     missing
     */
    public record KindStats(
            long opened,
            long closed,
            long collected,
            long open,
            long leaked,
            long captured,
            Map<LeakCause, Long> byCause) {

        /** Copies the map. */
        public KindStats {
            byCause = Map.copyOf(byCause);
        }
    }

    /**
     * Returns the counts of one kind.
     *
     * @param kind the kind
     * @return its counts, all zero if none was opened
     */
    public KindStats of(ResourceKind kind) {
        KindStats stats = byKind.get(kind);
        return stats != null ? stats : new KindStats(0, 0, 0, 0, 0, 0, Map.of());
    }
}
