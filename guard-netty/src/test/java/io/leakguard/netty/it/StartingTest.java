package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartingTest {

    private static final boolean IS_41 = "4.1".equals(System.getProperty("expected.netty"));

    @Test
    void installed_too_late_it_says_so_and_passes_on_what_netty_finds() throws Exception {
        String output = Child.run("late");
        assertThat(output)
                .contains("buffers SAMPLED_BY_NETTY")
                .contains("ERROR leakguard - Netty's buffers were in use before NettyGuard.install")
                .contains("LEAK netty.bytebuf found by Netty's own detector")
                .contains("Child.late(");
        assertThat(output.substring(output.indexOf("still seen")))
                .contains("netty.timer", "netty.eventloopgroup", "netty.channel.server")
                .doesNotContain("ERROR");
    }

    @Test
    void installed_several_times_the_last_guard_that_is_not_closed_tracks() throws Exception {
        String level = IS_41 ? "ADVANCED" : "SIMPLE";
        assertThat(Child.run("orders"))
                .contains(
                        "all installed: 0 1 level " + level,
                        "closed the one in the middle: 0 1 level " + level,
                        "closed the guard that tracked: 1 0 level " + level,
                        "closed its installation twice: 1 0 level " + level,
                        "closed all guards: 0 0 level SIMPLE",
                        "closed all: 0 0 level SIMPLE",
                        "installed again as EVERY: 1 level " + level)
                .endsWith("level SIMPLE\n")
                .doesNotContain("ERROR leakguard", "WARN leakguard", "Exception");
    }

    @Test
    void with_a_closed_guard_it_says_so_and_nettys_own_detection_goes_on_at_its_level() throws Exception {
        String output = Child.run("closed", "-Dio.netty.leakDetection.level=paranoid");
        assertThat(output)
                .contains("WARN leakguard - NettyGuard.install was given a guard that is closed or disabled")
                .contains("level PARANOID, channels []")
                .contains("LEAK: ByteBuf.release() was not called before it's garbage-collected", "Child.closed(")
                .contains("then with an open one, EVERY: 1 level PARANOID")
                .doesNotContain("ERROR leakguard");
        assertThat(Child.run("closed", "-Dio.netty.leakDetection.level=disabled"))
                .contains("level DISABLED, channels []")
                .doesNotContain("was not called", "ERROR leakguard");
    }

    @Test
    void a_system_property_alone_has_every_buffer_tracked() throws Exception {
        String detector = IS_41 ? "Netty41LeakDetector" : "NettyLeakDetector";
        String output = Child.run("property", "-Dio.netty.customResourceLeakDetector=io.leakguard.netty." + detector);
        assertThat(output)
                .contains("leaked 50")
                .contains("LEAK netty.bytebuf collected without release() · opened at Child.leakFifty(")
                .doesNotContain("ERROR")
                .doesNotContain("release() was not called");
    }

    @Test
    void with_netty_s_class_left_as_it_is_every_buffer_is_tracked_all_the_same() throws Exception {
        String output = Child.run("locked", "-Dleakguard.netty.unlock=false");
        assertThat(output)
                .contains("open 0")
                .contains("leaked 50")
                .contains("opened at Child.leakFifty(")
                .doesNotContain("release() was not called");
        if (IS_41) {
            assertThat(output)
                    .contains("buffers EVERY_WITH_NETTYS_RECORD")
                    .contains("-Dleakguard.netty.unlock=false")
                    .contains("costs several times");
        } else {
            assertThat(output).contains("buffers EVERY");
        }
    }

    @Test
    void closing_the_first_installation_restores_nettys_own_detection() throws Exception {
        assertThat(Child.run("restore"))
                .contains("another factory: true", "the same factory again: true", "level: SIMPLE", "tracked: 0");
    }
}
