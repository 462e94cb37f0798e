package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.internal.WatchLink;
import io.leakguard.watch.ProcessMemory.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Process memory on recorded trees, of both versions of control groups, and on this process. */
class ProcessMemoryWatchTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MIB = 1 << 20;
    private static final HeapRange RECORDED_HEAP = new HeapRange(0xf000_0000L, 0x1_0000_0000L);

    @TempDir
    Path root;

    private static final class Reported implements LeakListener {
        final List<PressureReport> all = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {}

        @Override
        public void onPressure(PressureReport report) {
            all.add(report);
        }
    }

    @Test
    void in_version_2_the_file_cache_does_not_count_against_the_limit() throws IOException {
        ProcessMemory memory = ProcessMemory.read(RecordedProc.unpack("memory-cgroup-v2", root));
        assertThat(memory.limitedByGroup()).isTrue();
        assertThat(memory.limit()).hasValue(268_435_456);
        assertThat(memory.used()).hasValue(251_658_240 - 104_857_600 - 20_971_520 - 2_097_152);
        assertThat(memory.resident()).hasValue(123_228L << 10);
        assertThat(memory.swapUsed()).hasValue(12_582_912);
        assertThat(memory.swapLimit()).hasValue(67_108_864);
        assertThat(memory.oomKills()).hasValue(2);
        assertThat(memory.utilization().orElseThrow()).isCloseTo(0.461, within(0.001));
    }

    @Test
    void in_version_1_the_limit_of_a_group_above_counts_and_kills_are_those_of_the_own_group() throws IOException {
        ProcessMemory memory = ProcessMemory.read(RecordedProc.unpack("memory-cgroup-v1", root));
        assertThat(memory.limit()).hasValue(1_073_741_824);
        assertThat(memory.used()).hasValue(805_306_368 - 167_772_160 - 33_554_432);
        assertThat(memory.swapUsed()).hasValue(838_860_800 - 805_306_368);
        assertThat(memory.swapLimit()).hasValue(1_610_612_736 - 1_073_741_824);
        assertThat(memory.oomKills()).hasValue(4);
    }

    @Test
    void without_a_group_the_resident_memory_is_held_against_the_machines() throws IOException {
        ProcFs proc = RecordedProc.unpack("memory-cgroup-v2", root);
        Files.delete(proc.ofProcess("cgroup"));
        ProcessMemory memory = ProcessMemory.read(proc);
        assertThat(memory.limitedByGroup()).isFalse();
        assertThat(memory.used()).isEqualTo(memory.resident()).hasValue(123_228L << 10);
        assertThat(memory.limit()).hasValue(24_684_212L << 10);
        assertThat(memory.oomKills()).isEmpty();
    }

    @Test
    void where_nothing_can_be_read_all_is_unknown() {
        ProcessMemory memory = ProcessMemory.read(new ProcFs(root, "self"));
        assertThat(memory.used()).isEmpty();
        assertThat(memory.limit()).isEmpty();
        assertThat(memory.utilization()).isEmpty();
        assertThat(memory.parts()).isEmpty();
        assertThat(new StallReader(new ProcFs(root, "self")).read()).isEqualTo(Stalls.UNKNOWN);
    }

    @Test
    void stalls_are_the_groups_or_else_the_machines() throws IOException {
        Stalls group = new StallReader(RecordedProc.unpack("memory-cgroup-v2", root.resolve("v2"))).read();
        assertThat(group.ofGroup()).isTrue();
        assertThat(group.memory()).hasValue(0.0725);
        assertThat(group.cpu()).hasValue(0.33);
        assertThat(group.io().orElseThrow()).isCloseTo(0.0113, within(1e-9));
        Stalls machine = new StallReader(RecordedProc.unpack("memory-cgroup-v1", root.resolve("v1"))).read();
        assertThat(machine.ofGroup()).isFalse();
        assertThat(machine.memory()).hasValue(0.005);
        assertThat(machine.io()).isEmpty();
    }

    @Test
    void the_resident_heap_the_stacks_and_deleted_mappings_are_found_in_the_address_space() throws IOException {
        ProcFs proc = RecordedProc.unpack("memory-cgroup-v2", root);
        try (KeptFile smaps = KeptFile.open(proc.ofProcess("smaps"))) {
            AddressSpace space = Objects.requireNonNull(AddressSpace.read(smaps, RECORDED_HEAP));
            assertThat(space.heap()).isEqualTo((39_300L + 468 + 480) << 10);
            assertThat(space.stacks()).isBetween(500L << 10, 3L << 20);
            assertThat(space.deleted())
                    .containsExactly(
                            Map.entry("fe:00 15343617", new AddressSpace.Mapped("/var/lib/orders/index.bin", 3 * MIB)));
        }
    }

    @Test
    void the_place_of_the_heap_is_read_of_each_collector_that_tells_it() {
        HeapRange range = new HeapRange(0xe000_0000L, 0x1_0000_0000L);
        assertThat(HeapRange.parse("""
                 garbage-first heap   total 389120K, used 16801K [0x00000000e0000000, 0x0000000100000000)
                  region size 1024K, 15 young (15360K), 3 survivors (3072K)
                 Metaspace       used 11546K, committed 11776K, reserved 1114112K
                """)).isEqualTo(range);
        assertThat(HeapRange.parse("""
                 def new generation   total 116160K [0x00000000e0000000, 0x00000000e7e00000, 0x00000000eaaa0000)
                  eden space 103296K,  32% used [0x00000000e0000000, 0x00000000e2087db8, 0x00000000e64e0000)
                 tenured generation   total 258048K [0x00000000eaaa0000, 0x00000000fa6a0000, 0x0000000100000000)
                """)).isEqualTo(range);
        assertThat(HeapRange.parse("""
                Reserved region:
                 - [0x00000000e0000000, 0x0000000100000000)
                Collection set:
                 - map (vanilla): 0x0000000000013800
                """)).isEqualTo(range);
        assertThat(HeapRange.parse(" ZHeap           used 28M, capacity 378M, max capacity 512M"))
                .isEqualTo(HeapRange.UNKNOWN);
    }

    @Test
    void native_memory_tracking_tells_the_collectors_part_if_it_is_on() {
        NativeTracking tracking = NativeTracking.parse("""
                Total: reserved=1991497KB, committed=484665KB

                -                 Java Heap (reserved=524288KB, committed=389120KB)
                                            (mmap: reserved=524288KB, committed=389120KB)

                -                        GC (reserved=57586KB, committed=52570KB)
                                            (malloc=5290KB #2240) (peak=5317KB #2626)

                -                  Compiler (reserved=2595KB, committed=2595KB)
                -                     Other (reserved=7000KB, committed=7000KB)
                -                    Symbol (reserved=2994KB, committed=2994KB)
                -    Native Memory Tracking (reserved=1213KB, committed=1213KB)
                """).orElseThrow();
        assertThat(tracking.gc()).isEqualTo(52_570L << 10);
        assertThat(tracking.jvm()).isEqualTo((2_595L + 2_994 + 1_213) << 10);
        assertThat(NativeTracking.parse("Native memory tracking is not enabled"))
                .isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_parts_of_this_process_add_up_to_what_is_resident() {
        ProcessMemory memory = ProcessMemory.read();
        assertThat(memory.resident().orElseThrow()).isGreaterThan(20 * MIB);
        assertThat(memory.parts().get(Part.HEAP))
                .isBetween(MIB, Runtime.getRuntime().totalMemory());
        assertThat(memory.parts().get(Part.STACKS)).isPositive();
        long sum = memory.parts().values().stream().mapToLong(Long::longValue).sum();
        // What is committed and not touched is in the sum, and not resident.
        assertThat(sum)
                .isBetween(
                        memory.resident().orElseThrow() - 16 * MIB,
                        memory.resident().orElseThrow() * 3 / 2);
    }

    /** The recorded tree, changed as the kernel would; each file stays the same one. */
    private void growTo(ProcFs proc, long anonymousKib, long usedBytes) throws IOException {
        Path status = proc.ofProcess("status");
        Files.writeString(
                status,
                Files.readString(status).replaceAll("RssAnon:\\s+\\d+ kB", "RssAnon:\t" + anonymousKib + " kB"));
        Files.writeString(group("memory.current"), usedBytes + 104_857_600 + 20_971_520 + 2_097_152 + "\n");
    }

    private Path group(String name) {
        return root.resolve("sys/fs/cgroup/kubepods/pod4711/orders/" + name);
    }

    @Test
    void a_level_is_told_with_the_part_that_grew_and_the_time_left_and_so_is_a_kill() throws IOException {
        ProcFs proc = RecordedProc.unpack("memory-cgroup-v2", root);
        Reported reported = new Reported();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build();
                ProcessMemoryWatch watch = new ProcessMemoryWatch(
                        Objects.requireNonNull(WatchLink.to(guard)), proc, new MemoryParts(proc, RECORDED_HEAP))) {
            long now = Objects.requireNonNull(WatchLink.to(guard)).nanos();
            for (int i = 0; i < 24; i++) { // 4 MiB each 10 s, from 124 to 216 of 256 MiB
                growTo(proc, 300_000 + 4_096L * i, (124L + 4L * i) * MIB);
                watch.look(now + 10L * i * SECOND);
            }
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(reported.all).isEmpty();
            growTo(proc, 300_000 + 4_096L * 24, 220 * MIB);
            watch.look(now + 240 * SECOND);
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(reported.all).singleElement().satisfies(report -> {
                assertThat(report.area()).isEqualTo(Area.PROCESS_MEMORY);
                assertThat(report.level()).isEqualTo(Level.WARNING);
                assertThat(report.limit()).hasValue(256 * MIB);
                assertThat(report.timeLeft().orElseThrow().toSeconds()).isBetween(80L, 100L);
                assertThat(report.toText())
                        .startsWith(
                                "PRESSURE process memory · 86 % used · 220.0 MiB of 256.0 MiB · 24.0 MiB more a minute")
                        .containsPattern("grew in 00:04:00, in MiB: 9[0-9] native, unknown")
                        .contains("12 MiB of the group are swapped out")
                        .contains("2 processes of the group were killed so far");
            });
            assertThat(watch.level()).isEqualTo(Level.WARNING);
            reported.all.clear();
            Files.writeString(group("memory.events"), "low 0\nhigh 0\nmax 1300\noom 4\noom_kill 3\n");
            watch.look(now + 250 * SECOND);
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(reported.all).singleElement().satisfies(report -> {
                assertThat(report.level()).isEqualTo(Level.CRITICAL);
                assertThat(report.summary())
                        .startsWith("the kernel killed 1 process of this control group for lack of memory · 3 so far");
            });
        }
    }

    @Test
    void native_memory_that_keeps_growing_is_told_long_before_the_limit_and_a_flat_one_never() throws IOException {
        ProcFs proc = RecordedProc.unpack("memory-cgroup-v2", root);
        Reported reported = new Reported();
        try (LeakGuard guard = LeakGuard.builder().log(false).listener(reported).build();
                ProcessMemoryWatch watch = new ProcessMemoryWatch(
                        Objects.requireNonNull(WatchLink.to(guard)), proc, new MemoryParts(proc, RECORDED_HEAP))) {
            long now = Objects.requireNonNull(WatchLink.to(guard)).nanos();
            long fiveMinutes = TimeUnit.MINUTES.toNanos(5);
            for (int i = 0; i < 400; i++) {
                growTo(proc, 300_000 + (i % 7) * 100L, 100 * MIB + (i % 5) * 50_000L);
                watch.look(now + i * fiveMinutes);
                watch.trend(now + i * fiveMinutes);
            }
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(reported.all).isEmpty();
            for (int i = 0; i < 480; i++) {
                growTo(proc, 300_000 + 256L * i, 100 * MIB + 262_144L * i);
                watch.look(now + (400 + i) * fiveMinutes);
                watch.trend(now + (400 + i) * fiveMinutes);
            }
            assertThat(guard.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(reported.all)
                    .first()
                    .satisfies(report -> assertThat(report.toText())
                            .startsWith("PRESSURE process memory · native memory keeps growing")
                            .contains("native, unknown"));
            assertThat(watch.level()).isEqualTo(Level.WARNING);
        }
    }
}
