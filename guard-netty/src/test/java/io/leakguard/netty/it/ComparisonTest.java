package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.netty.it.HttpDaemon.Bug;
import org.junit.jupiter.api.Test;

/** What {@code docs/netty.md} says of Netty's own detector. */
class ComparisonTest {

    /** As many as {@link HttpTest} sends under the guard; {@code -Drequests=100000} is the full run. */
    private static final int REQUESTS = Integer.getInteger("requests", 20_000);

    @Test
    void simple_says_nothing_of_servers_that_work_right() throws Exception {
        assertThat(Comparison.silence("simple", REQUESTS))
                .contains("level SIMPLE")
                .endsWith("reports: []\n");
    }

    /** It takes ten times as long. */
    @Test
    void paranoid_says_nothing_of_servers_that_work_right() throws Exception {
        assertThat(Comparison.silence("paranoid", REQUESTS / 10))
                .contains("level PARANOID")
                .endsWith("reports: []\n");
    }

    @Test
    void paranoid_finds_a_leak_at_its_line() throws Exception {
        assertThat(Comparison.of("paranoid", Bug.EXCEPTION_PATH)).doesNotContain("never");
    }
}
