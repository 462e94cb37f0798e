package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.watch.HostLimits.Risk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What preflight says of the JVM, and of swap, kills and stalls. */
class JvmSettingsTest {

    @TempDir
    Path root;

    private HostLimits recorded(String commandLine) throws IOException {
        ProcFs proc = RecordedProc.unpack("memory-cgroup-v2", root);
        Files.writeString(proc.ofProcess("cmdline"), commandLine.replace(' ', '\0'));
        return HostLimits.read(proc);
    }

    private static HostLimits.Setting setting(HostLimits limits, String name) {
        return limits.setting(name).orElseThrow();
    }

    @Test
    void flags_that_hurt_a_daemon_get_a_warning_and_the_line() throws IOException {
        HostLimits limits = recorded("/opt/jdk/bin/java -Xmx230m -XX:+UseSerialGC -XX:+DisableExplicitGC"
                + " -XX:MaxDirectMemorySize=64m -XX:-UseContainerSupport -cp a.jar:b.jar com.acme.Orders -Xmx2g");
        assertThat(setting(limits, "java G1PeriodicGCInterval").value()).isEqualTo("not used by Serial");
        assertThat(setting(limits, "java G1PeriodicGCInterval").fixes())
                .contains(new HostLimits.Fix("java", "-Dleakguard.gc.after.idle=15min"));
        assertThat(setting(limits, "java DisableExplicitGC").risk()).isEqualTo(Risk.WARNING);
        assertThat(setting(limits, "java DisableExplicitGC").meaning())
                .contains("leakguard.gc.after.idle can't collect");
        assertThat(setting(limits, "java MaxDirectMemorySize").risk()).isEqualTo(Risk.WARNING);
        assertThat(setting(limits, "java MaxDirectMemorySize").number()).hasValue(64 << 20);
        // What comes behind the class is the program's.
        assertThat(setting(limits, "java MaxHeapSize").number()).hasValue(230 << 20);
        assertThat(setting(limits, "java MaxHeapSize").risk()).isEqualTo(Risk.WARNING);
        assertThat(setting(limits, "java UseContainerSupport").risk()).isEqualTo(Risk.WARNING);
        assertThat(setting(limits, "java UseContainerSupport").meaning()).contains("by the machine");
        assertThat(limits.toText()).contains("WARNING java DisableExplicitGC = true");
    }

    @Test
    void a_java_that_is_told_nothing_has_the_defaults() throws IOException {
        HostLimits limits = recorded("java -jar orders.jar");
        assertThat(setting(limits, "java G1PeriodicGCInterval").value()).isEqualTo("0 (off)");
        assertThat(setting(limits, "java G1PeriodicGCInterval").fixes())
                .extracting(HostLimits.Fix::line)
                .contains("-XX:G1PeriodicGCInterval=900000");
        assertThat(setting(limits, "java ExitOnOutOfMemoryError").value()).isEqualTo("false");
        assertThat(setting(limits, "java ExitOnOutOfMemoryError").meaning())
                .contains("half dead")
                .contains("No heap dump");
        assertThat(setting(limits, "java MaxDirectMemorySize").value()).isEqualTo("0 (as much again as the heap)");
        assertThat(setting(limits, "java MaxHeapSize").value()).isEqualTo("25 % of the memory");
        assertThat(setting(limits, "java DisableExplicitGC").risk()).isEqualTo(Risk.OK);
    }

    @Test
    void options_of_the_environment_count_and_no_other_variable_is_shown() {
        JvmFlags flags = JvmFlags.parse(
                "java\0-XX:+DisableExplicitGC\0-jar\0orders.jar",
                "PASSWORD=-XX:MaxRAMPercentage=1\0JAVA_TOOL_OPTIONS=-XX:G1PeriodicGCInterval=60000 -Xmx1g\0_JAVA_OPTIONS=-XX:-DisableExplicitGC");
        assertThat(flags.number("G1PeriodicGCInterval")).hasValue(60_000);
        assertThat(flags.maxHeap()).hasValue(1L << 30);
        assertThat(flags.get("DisableExplicitGC")).contains("false");
        assertThat(flags.get("MaxRAMPercentage")).contains("25.0");
    }

    @Test
    void what_a_file_of_options_may_have_set_is_unknown() {
        JvmFlags flags = JvmFlags.parse("java\0@orders.args\0-XX:+UseZGC\0com.acme.Orders", null);
        assertThat(flags.get("DisableExplicitGC")).isEmpty();
        assertThat(flags.collector()).contains("ZGC");
        assertThat(JvmFlags.parse("postgres\0-D\0/var/lib", null).get("DisableExplicitGC"))
                .isEmpty();
        assertThat(JvmFlags.parse(null, null).get("DisableExplicitGC")).isEmpty();
    }

    @Test
    void swap_kills_and_stalls_of_the_group_are_rows() throws IOException {
        HostLimits limits = recorded("java -jar orders.jar");
        assertThat(setting(limits, "cgroup memory.swap.max").number()).hasValue(67_108_864);
        assertThat(setting(limits, "cgroup memory.swap.max").meaning()).contains("12 MiB are used");
        assertThat(setting(limits, "cgroup memory.events oom_kill").number()).hasValue(2);
        assertThat(setting(limits, "cgroup memory.events oom_kill").risk()).isEqualTo(Risk.WARNING);
        assertThat(setting(limits, "pressure memory").value()).isEqualTo("7.2 %");
        assertThat(setting(limits, "pressure memory").source())
                .isEqualTo("/sys/fs/cgroup/kubepods/pod4711/orders/memory.pressure");
        assertThat(setting(limits, "pressure cpu").value()).isEqualTo("33.0 %");
        assertThat(setting(limits, "pressure io").risk()).isEqualTo(Risk.OK);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_flags_of_another_running_jvm_are_read_and_this_ones_are_its_own() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+DisableExplicitGC",
                        "-Xmx48m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Waiting.class.getName())
                .start();
        try {
            ProcFs proc = new ProcFs(Path.of("/"), Long.toString(process.pid()));
            Awaitility.await()
                    .until(() -> HostLimits.read(proc)
                                    .setting("java MaxHeapSize")
                                    .orElseThrow()
                                    .number()
                                    .orElse(0)
                            == 48 << 20);
            assertThat(setting(HostLimits.read(proc), "java DisableExplicitGC").value())
                    .isEqualTo("true");
        } finally {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        HostLimits own = HostLimits.read();
        assertThat(setting(own, "java MaxHeapSize").number())
                .hasValue(Long.parseLong(Beans.flag("MaxHeapSize").orElseThrow()));
        assertThat(own.settings())
                .extracting(HostLimits.Setting::name)
                .containsAll(List.of(
                        "java G1PeriodicGCInterval", "java ExitOnOutOfMemoryError", "java UseContainerSupport"));
    }

    static final class Waiting {
        public static void main(String[] args) throws IOException {
            if (System.in.read() >= 0) {
                System.out.println("told something");
            }
        }
    }
}
