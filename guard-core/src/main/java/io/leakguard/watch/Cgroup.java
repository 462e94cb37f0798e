package io.leakguard.watch;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The limits of this process's control group, version 1 or 2. The limits of the groups above count too. */
final class Cgroup {

    /** Version 1 has no word for "unlimited". It uses numbers that no machine has. */
    private static final long UNLIMITED_V1 = 1L << 60;

    private Cgroup() {}

    /** A limit and the use of the same group; {@code max} is {@link Long#MAX_VALUE} if nothing limits it. */
    record Limit(OptionalLong max, OptionalLong current) {}

    static Limit pids(ProcFs proc) {
        return find(proc, "pids", "pids.max", "pids.current", "pids.max", "pids.current");
    }

    static Limit memory(ProcFs proc) {
        return find(proc, "memory", "memory.max", "memory.current", "memory.limit_in_bytes", "memory.usage_in_bytes");
    }

    private static Limit find(
            ProcFs proc, String controller, String maxV2, String currentV2, String maxV1, String currentV1) {
        String groups = proc.read(proc.ofProcess("cgroup"));
        if (groups == null) {
            return new Limit(OptionalLong.empty(), OptionalLong.empty());
        }
        String pathV2 = null;
        for (String line : groups.split("\n", -1)) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && java.util.List.of(parts[1].split(",", -1)).contains(controller)) {
                Limit found = tightest(proc, "sys/fs/cgroup/" + controller, parts[2], maxV1, currentV1);
                if (found.max.isPresent()) {
                    return found;
                }
            }
            if (parts.length == 3 && parts[1].isEmpty()) {
                pathV2 = parts[2];
            }
        }
        return pathV2 == null
                ? new Limit(OptionalLong.empty(), OptionalLong.empty())
                : tightest(proc, "sys/fs/cgroup", pathV2, maxV2, currentV2);
    }

    /** Looks from the group up to the root. In a container the path may be the host's; then only the root is there. */
    private static Limit tightest(ProcFs proc, String base, String group, String maxName, String currentName) {
        Limit best = new Limit(OptionalLong.empty(), OptionalLong.empty());
        String path = group.equals("/") ? "" : group;
        while (true) {
            OptionalLong max = max(proc.read(base + path + "/" + maxName));
            if (max.isPresent() && (best.max.isEmpty() || max.getAsLong() < best.max.getAsLong())) {
                best = new Limit(max, proc.number(base + path + "/" + currentName));
            }
            int slash = path.lastIndexOf('/');
            if (slash < 0) {
                // The machine's own root group has no such file, since nothing limits it.
                return best.max.isEmpty() && group.equals("/") && proc.read(base + "/cgroup.procs") != null
                        ? new Limit(OptionalLong.of(Long.MAX_VALUE), OptionalLong.empty())
                        : best;
            }
            path = path.substring(0, slash);
        }
    }

    private static OptionalLong max(@Nullable String text) {
        if (text != null && text.equals("max")) {
            return OptionalLong.of(Long.MAX_VALUE);
        }
        OptionalLong n = ProcFs.parseLong(text);
        return n.isPresent() && n.getAsLong() >= UNLIMITED_V1 ? OptionalLong.of(Long.MAX_VALUE) : n;
    }
}
