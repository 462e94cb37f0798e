package io.leakguard;

import io.leakguard.internal.config.Limits;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The limits and measurements of a {@link LeakScope}. Immutable: create it once, keep it in a constant, use it for many
 * scopes.
 *
 * {@snippet :
 * static final ScopeOptions REPORT_JOB = ScopeOptions.create()
 *         .mayHold(ResourceKind.of("jdbc.connection"), Duration.ofHours(1))
 *         .maxAllocated(256L << 20);
 * }
 */
public final class ScopeOptions {

    private static final ScopeOptions DEFAULT = new ScopeOptions(Limits.NONE, 0, false, null, false);

    private final Limits limits;
    private final long maxAllocated;
    private final boolean measured;
    private final @Nullable Duration grace;
    private final boolean root;

    private ScopeOptions(Limits limits, long maxAllocated, boolean measured, @Nullable Duration grace, boolean root) {
        this.limits = limits;
        this.maxAllocated = maxAllocated;
        this.measured = measured;
        this.grace = grace;
        this.root = root;
    }

    /**
     * Returns the options of a plain scope.
     *
     * @return options without limits and measurements
     */
    public static ScopeOptions create() {
        return DEFAULT;
    }

    /**
     * Lets all resources that are opened in the scope stay open for that long before they are
     * {@link LeakCause#OVERDUE}, in place of their kind's limit. The limit also holds for nested scopes without a limit
     * of their own. It does not hold for the scope itself.
     *
     * @param limit a positive time
     * @return options with that limit
     * @throws IllegalArgumentException if the limit is zero or negative
     */
    public ScopeOptions mayHold(Duration limit) {
        return new ScopeOptions(limits.with(null, limit), maxAllocated, measured, grace, root);
    }

    /**
     * Lets resources of one kind that are opened in the scope stay open for that long before they are {@link
     * LeakCause#OVERDUE}.
     *
     * @param kind the kind
     * @param limit a positive time
     * @return options with that limit
     * @throws IllegalArgumentException if the limit is zero or negative
     */
    public ScopeOptions mayHold(ResourceKind kind, Duration limit) {
        Objects.requireNonNull(kind, "kind");
        return new ScopeOptions(limits.with(kind, limit), maxAllocated, measured, grace, root);
    }

    /**
     * Measures the bytes that the scope's threads allocate while they are in it, and notifies listeners if they are
     * more than {@code bytes} at its end ({@link LeakListener#onAllocation}). Costs two calls of some 12 to 45 ns.
     *
     * @param bytes the limit, in bytes
     * @return options with that limit
     * @throws IllegalArgumentException if it isn't positive
     */
    public ScopeOptions maxAllocated(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("allocation limit of " + bytes + " bytes: give a positive number");
        }
        return new ScopeOptions(limits, bytes, true, grace, root);
    }

    /**
     * Measures the bytes that the scope's threads allocate while they are in it, without a limit.
     *
     * @return options that measure
     */
    public ScopeOptions measureAllocated() {
        return new ScopeOptions(limits, maxAllocated, true, grace, root);
    }

    /**
     * Sets the time for which resources of the scope may stay open after its end, in place of the guard's
     * {@linkplain LeakGuardBuilder#scopeGrace grace}.
     *
     * @param grace zero for none
     * @return options with that grace
     * @throws IllegalArgumentException if it is negative or longer than 36,500 days
     */
    public ScopeOptions grace(Duration grace) {
        if (grace.isNegative() || grace.compareTo(Duration.ofDays(36_500)) > 0) {
            throw new IllegalArgumentException("grace of " + grace + ": give a time from zero to 36500 days");
        }
        return new ScopeOptions(limits, maxAllocated, measured, grace, root);
    }

    /**
     * Declares the scope to be a whole unit of work, never part of another. If another scope is still bound to the
     * thread when this one opens, the task before forgot it. The other scope is reported, and this one doesn't nest in
     * it.
     *
     * @return options of a root scope
     */
    public ScopeOptions root() {
        return new ScopeOptions(limits, maxAllocated, measured, grace, true);
    }

    /**
     * Returns the time that a resource may stay open in this scope.
     *
     * @param kind its kind
     * @return the limit; null if the guard's own limits apply
     */
    public @Nullable Duration limit(ResourceKind kind) {
        return limits.of(kind);
    }

    /**
     * Returns the shortest of its limits.
     *
     * @return nanoseconds; {@link Long#MAX_VALUE} if it has no limit
     */
    public long shortestLimitNanos() {
        return limits.shortestNanos();
    }

    /**
     * Returns the limit of allocated bytes.
     *
     * @return the limit in bytes; 0 for none
     */
    public long maxAllocated() {
        return maxAllocated;
    }

    /**
     * Tells whether allocation is measured.
     *
     * @return true if it is
     */
    public boolean measures() {
        return measured;
    }

    /**
     * Returns the grace, if it differs from the guard's.
     *
     * @return the grace; null if the guard's own applies
     */
    public @Nullable Duration grace() {
        return grace;
    }

    /**
     * Tells whether the scope never nests.
     *
     * @return true for a root scope
     */
    public boolean isRoot() {
        return root;
    }
}
