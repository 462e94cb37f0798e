package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class HostLimitsTest {

    @TempDir
    Path root;

    private static HostLimits.Setting setting(HostLimits limits, String name) {
        return limits.setting(name).orElseThrow();
    }

    @Test
    void a_tight_container_gets_a_warning_and_a_line_for_each_of_its_limits() throws IOException {
        HostLimits limits = HostLimits.read(RecordedProc.unpack("linux-5.10-container", root));
        assertThat(limits.settings().stream()
                        .filter(s -> s.risk() == HostLimits.Risk.WARNING)
                        .map(HostLimits.Setting::name)
                        .collect(Collectors.toList()))
                .contains(
                        "nofile",
                        "cgroup pids.max",
                        "fs.file-nr",
                        "net.core.somaxconn",
                        "net.ipv4.tcp_max_syn_backlog",
                        "net.ipv4.ip_local_port_range",
                        "net.ipv4.tcp_max_tw_buckets",
                        "net.ipv4.tcp_abort_on_overflow");
        assertThat(limits.settings()).allSatisfy(s -> {
            if (s.risk() == HostLimits.Risk.WARNING) {
                assertThat(s.fixes()).as(s.name()).isNotEmpty();
            }
        });
        assertThat(limits.worst()).isEqualTo(HostLimits.Risk.WARNING);
        assertThat(setting(limits, "nofile").number()).hasValue(1_024);
        assertThat(setting(limits, "nofile").fixes())
                .contains(new HostLimits.Fix("the systemd unit, [Service]", "LimitNOFILE=65536"));
        assertThat(setting(limits, "cgroup pids.max").meaning()).contains("85 of 100");
        assertThat(setting(limits, "cgroup memory.max").number()).hasValue(536_870_912);
    }

    @Test
    void a_limit_of_a_group_above_counts_in_cgroup_version_1() throws IOException {
        HostLimits limits = HostLimits.read(RecordedProc.unpack("linux-6.18-cgroup-v1", root));
        assertThat(setting(limits, "cgroup memory.max").number()).hasValue(2_147_483_648L);
        assertThat(setting(limits, "cgroup pids.max").value()).isEqualTo("unlimited");
        assertThat(setting(limits, "nofile").risk()).isEqualTo(HostLimits.Risk.OK);
    }

    @Test
    void wrong_advice_is_corrected() throws IOException {
        HostLimits limits = HostLimits.read(RecordedProc.unpack("linux-5.10-container", root));
        assertThat(setting(limits, "net.ipv4.tcp_fin_timeout").meaning())
                .contains("does not shorten TIME_WAIT")
                .contains("lowered here, it does nothing");
        assertThat(setting(limits, "net.core.somaxconn").meaning())
                .contains("Java's default backlog is 50")
                .contains("raising somaxconn alone does nothing");
        assertThat(setting(limits, "net.core.somaxconn").fixes())
                .extracting(HostLimits.Fix::where)
                .contains("the program");
        assertThat(setting(limits, "nofile").fixes())
                .extracting(HostLimits.Fix::where)
                .anySatisfy(where -> assertThat(where).contains("systemd services ignore it"));
        assertThat(setting(limits, "net.ipv4.tcp_max_tw_buckets").meaning()).contains("is wrong");
    }

    @Test
    void the_port_range_says_what_is_sustainable() throws IOException {
        HostLimits limits = HostLimits.read(RecordedProc.unpack("linux-6.18-cgroup-v1", root));
        assertThat(setting(limits, "net.ipv4.ip_local_port_range").meaning())
                .contains("28232 ports")
                .contains("so 470 new ones a second");
    }

    @Test
    void each_limit_of_a_healthy_machine_has_its_meaning_and_the_line_that_sets_it() throws IOException {
        HostLimits limits = HostLimits.read(RecordedProc.unpack("linux-6.18-cgroup-v1", root));
        assertThat(limits.settings())
                .extracting(HostLimits.Setting::name)
                .containsExactly(
                        "nofile",
                        "nproc",
                        "cgroup pids.max",
                        "cgroup memory.max",
                        "cgroup memory.swap.max",
                        "cgroup memory.events oom_kill",
                        "pressure memory",
                        "pressure cpu",
                        "pressure io",
                        "java G1PeriodicGCInterval",
                        "java DisableExplicitGC",
                        "java ExitOnOutOfMemoryError",
                        "java MaxDirectMemorySize",
                        "java MaxHeapSize",
                        "java UseContainerSupport",
                        "fs.file-nr",
                        "fs.file-max",
                        "fs.nr_open",
                        "net.core.somaxconn",
                        "net.ipv4.tcp_max_syn_backlog",
                        "net.ipv4.tcp_abort_on_overflow",
                        "net.ipv4.ip_local_port_range",
                        "net.ipv4.ip_local_reserved_ports",
                        "net.ipv4.tcp_fin_timeout",
                        "net.ipv4.tcp_tw_reuse",
                        "net.ipv4.tcp_max_tw_buckets",
                        "net.ipv4.tcp_keepalive_time");
        assertThat(limits.settings()).allSatisfy(s -> {
            assertThat(s.meaning()).as(s.name()).isNotEmpty();
            assertThat(s.fixes())
                    .as(s.name())
                    .isNotEmpty()
                    .allSatisfy(fix -> assertThat(fix.line()).doesNotContain("" + Long.MAX_VALUE));
        });
        // What is enough is not to be lowered by the line.
        assertThat(setting(limits, "fs.nr_open").fixes())
                .extracting(HostLimits.Fix::line)
                .containsExactly("fs.nr_open = 1048576");
        assertThat(setting(limits, "nproc").fixes())
                .extracting(HostLimits.Fix::line)
                .containsExactly("LimitNPROC=96365", "* - nproc 96365");
        assertThat(limits.toText().lines())
                .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(150));
    }

    @Test
    void a_process_of_a_hidden_proc_and_a_nested_group_of_version_2_are_read_as_far_as_they_go() throws IOException {
        HostLimits limits = HostLimits.read(RecordedProc.unpack("linux-5.15-hidepid-cgroup-v2", root));
        // The slice above is tighter than the service.
        assertThat(setting(limits, "cgroup memory.max").number()).hasValue(1_073_741_824L);
        assertThat(setting(limits, "cgroup pids.max").number()).hasValue(4_096);
        assertThat(setting(limits, "cgroup pids.max").meaning()).contains("61 of 4096");
        assertThat(setting(limits, "net.core.somaxconn").value()).isEqualTo("unknown");
        assertThat(setting(limits, "net.ipv4.ip_local_port_range").value()).isEqualTo("unknown");
        assertThat(setting(limits, "fs.file-nr").value()).isEqualTo("unknown");
        assertThat(limits.toText()).contains("unknown here");
    }

    @Test
    void what_cannot_be_read_is_unknown_and_gets_no_advice() throws IOException {
        HostLimits limits = HostLimits.read(RecordedProc.unpack("linux-4.4-restricted", root));
        assertThat(setting(limits, "nofile").value()).isEqualTo("unlimited");
        assertThat(limits.settings())
                .filteredOn(s -> !s.name().equals("nofile"))
                .allSatisfy(s -> {
                    assertThat(s.value()).as(s.name()).isEqualTo("unknown");
                    assertThat(s.risk()).isEqualTo(HostLimits.Risk.UNKNOWN);
                    assertThat(s.fixes()).isEmpty();
                });
    }

    @Test
    void without_proc_all_is_unknown() {
        HostLimits limits = HostLimits.read(root);
        assertThat(limits.settings()).allSatisfy(s -> assertThat(s.value()).isEqualTo("unknown"));
        assertThat(limits.toText()).contains("unknown nofile = unknown");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void on_this_machine_the_values_are_the_kernels() throws IOException {
        HostLimits limits = HostLimits.read();
        assertThat(setting(limits, "fs.nr_open").value())
                .isEqualTo(Files.readAllLines(Path.of("/proc/sys/fs/nr_open")).get(0));
        assertThat(setting(limits, "nofile").number())
                .isEqualTo(FileDescriptors.ofThisProcess().limit());
        assertThat(limits.toText()).contains("net.core.somaxconn = ");
    }
}
