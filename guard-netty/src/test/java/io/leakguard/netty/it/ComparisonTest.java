package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.netty.it.HttpDaemon.Bug;
import org.junit.jupiter.api.Test;

/** What {@code docs/netty.md} says of Netty's own detector. */
class ComparisonTest {

    @Test
    void paranoid_says_nothing_of_servers_that_work_right() throws Exception {
        assertThat(Comparison.of("paranoid", null)).contains("requests: 2000, ").endsWith("reports: []\n");
    }

    @Test
    void paranoid_finds_a_leak_at_its_line() throws Exception {
        assertThat(Comparison.of("paranoid", Bug.EXCEPTION_PATH)).doesNotContain("never");
    }
}
