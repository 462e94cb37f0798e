package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests that share what the class closes, or what lives as long as the suite. */
class SharedTest {

    private static @Nullable InputStream shared;
    private static @Nullable ExecutorService pool;
    private static @Nullable ServerSocket ofTheSuite;

    @BeforeAll
    static void starts_a_server_for_all_classes() throws IOException {
        ofTheSuite = new ServerSocket(0); // leaves socket.server
    }

    @Test
    void opens_it_first() throws IOException {
        shared = new FileInputStream("pom.xml");
        pool = Executors.newSingleThreadExecutor();
        pool.execute(() -> {});
        assertThat(ofTheSuite).isNotNull();
    }

    @Test
    void knows_nothing_of_it() {
        assertThat(ofTheSuite).isNotNull();
    }

    @AfterAll
    static void closes_it() throws IOException {
        if (shared != null) {
            shared.close();
        }
        if (pool != null) {
            pool.shutdown();
        }
    }
}
