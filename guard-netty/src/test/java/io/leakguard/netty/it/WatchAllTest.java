package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WatchAllTest {

    @Test
    void channels_of_all_bootstraps_are_listed_once_at_the_line_that_opened_them() throws Exception {
        assertThat(Child.run("all"))
                .contains(
                        "watched 5\n",
                        "netty.channel.server",
                        "netty.channel.accepted",
                        "Child.listen(",
                        "Child.connectTo(",
                        "Child.all(",
                        "after 0\n")
                .doesNotContain("WARN leakguard", "ERROR leakguard", "Exception");
    }

    @Test
    void too_late_it_says_so_with_the_fix_and_goes_on() throws Exception {
        assertThat(Child.run("all-late", "-Dexpected.channels=1"))
                .contains(
                        "WARN leakguard - NettyGuard.watchAll doesn't see the channels that bootstraps open",
                        "-Dio.netty.bootstrap.extensions=serviceload",
                        "watched 1\n")
                .doesNotContain("ERROR leakguard", "Exception");
        assertThat(Child.run("all-late", "-Dio.netty.bootstrap.extensions=serviceload"))
                .contains("watched 5\n")
                .doesNotContain("WARN leakguard", "ERROR leakguard", "Exception");
    }
}
