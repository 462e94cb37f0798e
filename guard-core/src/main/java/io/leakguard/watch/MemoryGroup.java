package io.leakguard.watch;

import java.io.Closeable;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory of this process's control group, version 1 or 2, or of the group above with the tightest limit. Its files
 * stay open. For one thread at a time.
 */
final class MemoryGroup implements Closeable {

    private static final long UNLIMITED_V1 = 1L << 60;
    private static final MemoryGroup NONE = new MemoryGroup(null, null, null, false, "");

    /**
     * The memory use of the group.
     *
     * @param used bytes without memory that the kernel can take back
     * @param limit {@link Long#MAX_VALUE} for unlimited
     * @param oomKills kills in the process's own group
     */
    record Use(
            OptionalLong used,
            OptionalLong limit,
            OptionalLong swapUsed,
            OptionalLong swapLimit,
            OptionalLong oomKills) {
        static final Use UNKNOWN = new Use(
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty());

        boolean isLimited() {
            return limit.isPresent() && limit.getAsLong() != Long.MAX_VALUE;
        }
    }

    private final boolean v2;
    private final String folder;
    private final KeptFile current;
    private final KeptFile max;
    private final KeptFile stat;
    private final KeptFile events;
    private final KeptFile swapCurrent;
    private final KeptFile swapMax;

    private MemoryGroup(
            @Nullable ProcFs proc, @Nullable String limited, @Nullable String own, boolean v2, String base) {
        this.v2 = v2;
        this.folder = limited == null ? "" : base + limited;
        this.current = open(proc, base, limited, v2 ? "memory.current" : "memory.usage_in_bytes");
        this.max = open(proc, base, limited, v2 ? "memory.max" : "memory.limit_in_bytes");
        this.stat = open(proc, base, limited, "memory.stat");
        // Version 1 counts a kill in the victim's group only, even if another group's limit caused it.
        this.events = open(proc, base, own, v2 ? "memory.events" : "memory.oom_control");
        this.swapCurrent = open(proc, base, limited, v2 ? "memory.swap.current" : "memory.memsw.usage_in_bytes");
        this.swapMax = open(proc, base, limited, v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
    }

    private static KeptFile open(@Nullable ProcFs proc, String base, @Nullable String group, String name) {
        if (proc == null || group == null) {
            return KeptFile.NONE;
        }
        try {
            Path file = proc.path(base + group + "/" + name);
            return KeptFile.open(file);
        } catch (InvalidPathException e) {
            return KeptFile.NONE; // a group's name may not be a path here
        }
    }

    static MemoryGroup of(ProcFs proc) {
        String groups = proc.read(proc.ofProcess("cgroup"));
        if (groups == null) {
            return NONE;
        }
        String pathV2 = null;
        for (String line : groups.split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            if (java.util.List.of(parts[1].split(",", -1)).contains("memory")) {
                MemoryGroup found = find(proc, "sys/fs/cgroup/memory", parts[2], false);
                if (found != NONE) {
                    return found;
                }
            }
            if (parts[1].isEmpty()) {
                pathV2 = parts[2];
            }
        }
        return pathV2 == null ? NONE : find(proc, "sys/fs/cgroup", pathV2, true);
    }

    /** Looks from the group up to the root. In a container the path may be the host's; then only the root is there. */
    private static MemoryGroup find(ProcFs proc, String base, String group, boolean v2) {
        String own = null;
        String tightest = null;
        long least = Long.MAX_VALUE;
        String path = group.equals("/") ? "" : group;
        while (true) {
            OptionalLong limit = limit(proc.read(base + path + "/" + (v2 ? "memory.max" : "memory.limit_in_bytes")));
            if (limit.isPresent()) {
                own = own == null ? path : own;
                if (limit.getAsLong() < least) {
                    least = limit.getAsLong();
                    tightest = path;
                }
            }
            int slash = path.lastIndexOf('/');
            if (slash < 0) {
                break;
            }
            path = path.substring(0, slash);
        }
        return own == null ? NONE : new MemoryGroup(proc, tightest == null ? own : tightest, own, v2, base);
    }

    private static OptionalLong limit(@Nullable String text) {
        if (text != null && text.strip().equals("max")) {
            return OptionalLong.of(Long.MAX_VALUE);
        }
        OptionalLong n = ProcFs.parseLong(text);
        return n.isPresent() && n.getAsLong() >= UNLIMITED_V1 ? OptionalLong.of(Long.MAX_VALUE) : n;
    }

    /** The group's folder without the leading slash; empty if there is none. */
    String folder() {
        return folder;
    }

    Use read() {
        OptionalLong usage = ProcFs.parseLong(current.text());
        OptionalLong most = limit(max.text());
        OptionalLong swap = ProcFs.parseLong(swapCurrent.text());
        OptionalLong swapMost = limit(swapMax.text());
        if (!v2) {
            // Version 1 counts memory and swap together.
            swap = minus(swap, usage);
            swapMost =
                    swapMost.isPresent() && swapMost.getAsLong() == Long.MAX_VALUE ? swapMost : minus(swapMost, most);
        }
        return new Use(
                minus(usage, OptionalLong.of(reclaimable())), most, swap, swapMost, field(events.text(), "oom_kill"));
    }

    private static OptionalLong minus(OptionalLong a, OptionalLong b) {
        return a.isPresent() && b.isPresent()
                ? OptionalLong.of(Math.max(0, a.getAsLong() - b.getAsLong()))
                : OptionalLong.empty();
    }

    /** The file cache, which the kernel drops before it kills. */
    private long reclaimable() {
        String text = stat.text();
        String prefix = v2 ? "" : "total_";
        return field(text, prefix + "inactive_file").orElse(0)
                + field(text, prefix + "active_file").orElse(0)
                + field(text, "slab_reclaimable").orElse(0);
    }

    /** The number behind a name, in lines of a name and a number. */
    static OptionalLong field(@Nullable String text, String name) {
        if (text == null) {
            return OptionalLong.empty();
        }
        int at = text.startsWith(name + " ") ? 0 : text.indexOf("\n" + name + " ") + 1;
        if (at == 0 && !text.startsWith(name + " ")) {
            return OptionalLong.empty();
        }
        int from = at + name.length() + 1;
        int end = text.indexOf('\n', from);
        return ProcFs.parseLong(text.substring(from, end < 0 ? text.length() : end));
    }

    @Override
    public void close() {
        for (KeptFile file : new KeptFile[] {current, max, stat, events, swapCurrent, swapMax}) {
            file.close();
        }
    }
}
