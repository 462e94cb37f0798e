package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.PressureReport;
import io.leakguard.PressureReport.Area;
import io.leakguard.PressureReport.Level;
import io.leakguard.watch.MemoryCgroup;
import io.leakguard.watch.ProcessMemory;
import io.leakguard.watch.ProcessMemory.Part;
import io.leakguard.watch.ResourceWatch;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The watch at its default settings, on native memory that is leaked beneath a real limit while the heap stays flat. */
@EnabledOnOs(OS.LINUX)
class ProcessMemoryTest {

    private static final long MIB = 1 << 20;

    @TempDir
    Path dir;

    @Test
    void deflaters_that_are_never_ended_are_reported_before_the_kernel_kills_with_the_heap_flat() throws Exception {
        leaksNatively("deflater");
    }

    @Test
    void memory_that_unsafe_allocated_is_reported_before_the_kernel_kills_with_the_heap_flat() throws Exception {
        leaksNatively("unsafe");
    }

    private void leaksNatively(String how) throws Exception {
        Path out = dir.resolve("out.txt");
        try (MemoryCgroup group = MemoryCgroup.create(320 * MIB)) {
            // The heap is committed in full and is touched in part, as daemons are often run.
            Process process = group.java(out, Leaker.class, List.of("-Xms96m", "-Xmx96m"), how);
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            String text = Files.readString(out, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(text).isZero();
            assertThat(text)
                    .containsPattern(
                            "PRESSURE process memory · (8[5-9]|9\\d) % used · [23]\\d\\d\\.\\d MiB of 320\\.0 MiB")
                    .containsPattern("parts, in MiB: [12]\\d\\d native, unknown, ")
                    .containsPattern("grew in [0-9.:ms ]+, in MiB: [12]\\d\\d native, unknown")
                    .contains("it is the part that grew most: native, unknown")
                    .contains("Deflater or Inflater without end()")
                    .contains("status WARNING")
                    .contains("the heap is flat: true")
                    .contains("limited by a group: true")
                    .doesNotContain("PRESSURE heap")
                    .doesNotContain("LeakGuard failed");
        }
    }

    /** Leaks up to 88 % of the limit, and waits for the report there. */
    static final class Leaker {
        private static final List<Object> KEPT = new ArrayList<>();

        public static void main(String[] args) throws Exception {
            Reports reports = new Reports();
            try (LeakGuard guard = LeakGuard.builder().listener(reports).build();
                    ResourceWatch watch = ResourceWatch.start(guard)) {
                ProcessMemory before = watch.status().memory();
                System.out.println("limited by a group: " + before.limitedByGroup() + " " + before);
                long until = 88 * before.limit().orElseThrow() / 100;
                if (args[0].equals("deflater")) {
                    deflaters(until);
                } else {
                    unsafe(until);
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> reports.all.stream()
                                .anyMatch(r -> r.area() == Area.PROCESS_MEMORY && r.level() == Level.WARNING));
                System.out.println("status " + watch.status().level() + " "
                        + watch.status().memory());
                long heap = watch.status().memory().parts().get(Part.HEAP)
                        - before.parts().get(Part.HEAP);
                System.out.println("the heap is flat: " + (heap < 32 * MIB) + ", it grew by " + heap);
            }
        }

        private static void deflaters(long until) {
            byte[] input = new byte[256 << 10];
            byte[] output = new byte[4 << 10];
            while (ProcessMemory.read().used().orElseThrow() < until) {
                for (int i = 0; i < 20; i++) {
                    Deflater deflater = new Deflater();
                    deflater.setInput(input);
                    deflater.deflate(output);
                    KEPT.add(deflater);
                }
            }
        }

        private static void unsafe(long until) throws ReflectiveOperationException {
            // By reflection, since its name alone is a warning of the compiler.
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field field = type.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            Object unsafe = field.get(null);
            Method allocate = type.getMethod("allocateMemory", long.class);
            Method set = type.getMethod("setMemory", long.class, long.class, byte.class);
            while (ProcessMemory.read().used().orElseThrow() < until) {
                Object address = allocate.invoke(unsafe, MIB);
                set.invoke(unsafe, address, MIB, (byte) 1);
                KEPT.add(address);
            }
        }
    }

    private static final class Reports implements LeakListener {
        final List<PressureReport> all = new CopyOnWriteArrayList<>();

        @Override
        public void onLeak(LeakReport report) {}

        @Override
        public void onPressure(PressureReport report) {
            all.add(report);
        }
    }

    @Test
    void a_process_of_the_group_that_the_kernel_kills_is_counted_and_told() throws Exception {
        Path out = dir.resolve("out.txt");
        try (MemoryCgroup group = MemoryCgroup.create(256 * MIB)) {
            Process process = group.java(out, Victim.class, List.of("-Xmx32m"));
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            String text = Files.readString(out, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(text).isZero();
            assertThat(text)
                    .contains("kills before: OptionalLong[0]")
                    .contains("PRESSURE process memory · the kernel killed 1 process of this control group")
                    .contains("kills after: OptionalLong[1]");
        }
    }

    /** Has a child that needs more than the group may have. */
    static final class Victim {
        public static void main(String[] args) throws Exception {
            Reports reports = new Reports();
            try (LeakGuard guard = LeakGuard.builder().listener(reports).build();
                    ResourceWatch watch = ResourceWatch.start(guard)) {
                System.out.println("kills before: " + watch.status().memory().oomKills());
                // tail keeps the last line, which never ends.
                Process hungry = new ProcessBuilder("/bin/sh", "-c", "exec tail /dev/zero")
                        .inheritIO()
                        .start();
                System.out.println("the child ended with " + hungry.waitFor());
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> reports.all.stream()
                                .anyMatch(r -> r.area() == Area.PROCESS_MEMORY && r.level() == Level.CRITICAL));
                System.out.println("kills after: " + watch.status().memory().oomKills());
            }
        }
    }
}
