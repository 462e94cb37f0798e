package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Tests that share a server which nobody stops; one drops a file that a helper opened. */
class UsesHelpersTest {

    @Test
    void starts_the_server_or_finds_it() throws IOException {
        assertThat(TestServer.port()).isPositive();
    }

    @Test
    void starts_it_or_finds_it_too() throws IOException {
        assertThat(TestServer.port()).isPositive();
    }

    @Test
    void has_a_helper_drop_a_file() throws IOException {
        assertThat(TestServer.dropped(new File("pom.xml"))).isEqualTo('<');
    }
}
