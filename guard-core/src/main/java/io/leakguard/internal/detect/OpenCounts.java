package io.leakguard.internal.detect;

import io.leakguard.LeakPath;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.TrendDetector;
import io.leakguard.internal.stack.StackInfo;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The number of long-open resources of one kind and one site, or one path of it, and whether it keeps growing. */
final class OpenCounts {
    final ResourceKind kind;
    final @Nullable StackInfo exemplar;
    /** Null for all paths of a site together. */
    final @Nullable LeakPath path;

    final AtomicLong open = new AtomicLong();
    /** For a site: the paths that are distinguished. Only the reporter's thread adds some. */
    private final Map<LeakPath, OpenCounts> paths = new ConcurrentHashMap<>(2);

    // For the reporter's thread only.
    @Nullable
    TrendDetector trend;

    boolean alarmed;
    /** For a path: its growth was reported as that of its site. */
    boolean toldBySite;
    /** The recent growth, as far as it is known. */
    double slope;

    /** The number of objects of pools, at the last sample. */
    long ofPools;

    OpenCounts(ResourceKind kind, @Nullable StackInfo exemplar, @Nullable LeakPath path) {
        this.kind = kind;
        this.exemplar = exemplar;
        this.path = path;
    }

    /** On the reporter's thread. */
    long count() {
        return open.get() + ofPools;
    }

    /** For a site: the fastest growing path; itself if it has one path only. */
    OpenCounts fastest() {
        if (paths.size() < 2) {
            return this;
        }
        return Collections.max(
                paths.values(),
                Comparator.comparingDouble((OpenCounts p) -> p.slope).thenComparingLong(OpenCounts::count));
    }

    Collection<OpenCounts> paths() {
        return paths.values();
    }

    /** The counts of a path of this site; null if the path is not distinguished. */
    @Nullable
    OpenCounts path(@Nullable StackInfo stack) {
        return stack == null || exemplar == null ? null : paths.get(stack.path);
    }

    /** On the reporter's thread: the counts of a path of this site, made unless there are too many. */
    @Nullable
    OpenCounts addPath(@Nullable StackInfo stack) {
        OpenCounts known = path(stack);
        if (known != null || stack == null || exemplar == null || paths.size() >= SiteRegistry.MAX_PATHS) {
            return known;
        }
        OpenCounts added = new OpenCounts(kind, stack, stack.path);
        paths.put(stack.path, added);
        return added;
    }

    /** Tells whether resources of a stack count here. */
    boolean isOf(StackInfo stack) {
        StackInfo ours = exemplar;
        return ours != null && (path != null ? path.equals(stack.path) : Objects.equals(ours.site, stack.site));
    }
}
