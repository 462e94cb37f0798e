package io.leakguard.watch;

import io.leakguard.watch.HostLimits.Fix;
import io.leakguard.watch.HostLimits.Risk;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The rows about swap, kills and stalls, which affect a process's memory besides its limit. */
final class MemorySettings {

    /** Waiting for memory ends in a kill. The two other stalls may be the load of a moment, and need no change. */
    private static final double MUCH_MEMORY_STALL = 0.10;

    private static final double NEVER = Double.POSITIVE_INFINITY;
    private static final double MUCH_SWAP = 0.05;

    private final ProcFs proc;
    private final SettingRows rows;

    MemorySettings(ProcFs proc, SettingRows rows) {
        this.proc = proc;
        this.rows = rows;
    }

    void add() {
        try (MemoryGroup group = MemoryGroup.of(proc)) {
            MemoryGroup.Use use = group.read();
            swap(group, use);
            kills(group, use);
        }
        StallReader reader = new StallReader(proc);
        Stalls stalls = reader.read();
        String of = stalls.ofGroup() ? "this service or container" : "the machine";
        stall(
                reader,
                "memory",
                stalls.memory(),
                MUCH_MEMORY_STALL,
                "The share of the last minute in which something of " + of
                        + " waited for memory to be freed or read back."
                        + " Near the limit this rises before the kernel kills.",
                List.of(
                        new Fix(SettingRows.JAVA, "-XX:MaxRAMPercentage=60"),
                        new Fix(SettingRows.SYSTEMD, "MemoryMax= or MemoryHigh= with more")));
        stall(
                reader,
                "cpu",
                stalls.cpu(),
                NEVER,
                "The share of the last minute in which something of " + of
                        + " waited for a processor, or was held back by"
                        + " its quota: requests take longer, and so does closing resources.",
                List.of(new Fix(SettingRows.SYSTEMD, "CPUQuota=400%"), new Fix(SettingRows.DOCKER, "--cpus 4")));
        stall(
                reader,
                "io",
                stalls.io(),
                NEVER,
                "The share of the last minute in which something of " + of + " waited for a disk.",
                List.of(
                        new Fix(SettingRows.SYSTEMD, "IOWeight=500"),
                        new Fix(SettingRows.PROGRAM, "write less, or to another disk")));
    }

    private void swap(MemoryGroup group, MemoryGroup.Use use) {
        long used = use.swapUsed().orElse(0);
        boolean much = use.isLimited() && used > MUCH_SWAP * use.limit().orElse(0);
        rows.add(
                "cgroup memory.swap.max",
                "/" + group.folder(),
                SettingRows.mebibytes(use.swapLimit()),
                use.swapLimit(),
                much ? Risk.WARNING : Risk.OK,
                "Swap that this service or container may use; "
                        + (use.swapUsed().isPresent() ? (used >> 20) + " MiB are used. " : "the use is unknown. ")
                        + "With swap a Java process gets slow before it is killed, since each full collection reads all of"
                        + " the heap back; without it the kernel kills at the limit.",
                List.of(
                        new Fix(SettingRows.SYSTEMD, "MemorySwapMax=0"),
                        new Fix(SettingRows.DOCKER, "--memory-swap with the same value as --memory")));
    }

    private void kills(MemoryGroup group, MemoryGroup.Use use) {
        OptionalLong kills = use.oomKills();
        rows.add(
                "cgroup memory.events oom_kill",
                "/" + group.folder(),
                kills,
                kills.orElse(0) > 0 ? Risk.WARNING : Risk.OK,
                "Processes of this service or container that the kernel killed for lack of memory, since the group was"
                        + " made. A kill leaves no Java error and no heap dump; the machine's log (dmesg) names the process.",
                List.of(
                        new Fix(SettingRows.JAVA, "-XX:MaxRAMPercentage=60"),
                        new Fix(SettingRows.SYSTEMD, "MemoryMax= with more")));
    }

    private void stall(
            StallReader reader, String resource, OptionalDouble share, double much, String meaning, List<Fix> fixes) {
        rows.add(
                "pressure " + resource,
                "/" + reader.file(resource),
                share.isEmpty()
                        ? SettingRows.UNKNOWN
                        : String.format(Locale.ROOT, "%.1f %%", 100 * share.getAsDouble()),
                share.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.round(100 * share.getAsDouble())),
                share.orElse(0) >= much ? Risk.WARNING : Risk.OK,
                meaning,
                fixes);
    }
}
