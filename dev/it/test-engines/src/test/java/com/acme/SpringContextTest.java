package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** Spring's tests keep the context for the next class: what its beans have open is closed when the JVM ends. */
@SpringJUnitConfig(SpringContextTest.Beans.class)
class SpringContextTest {

    @Configuration
    static class Beans {
        @Bean
        ServerSocket server() throws IOException {
            return new ServerSocket(0);
        }

        @Bean
        ExecutorService pool() {
            ExecutorService pool = Executors.newSingleThreadExecutor();
            pool.execute(() -> {});
            return pool;
        }
    }

    @Test
    void has_a_context(@Autowired ServerSocket server) {
        assertThat(server.isClosed()).isFalse();
    }

    @Nested
    class Inside {
        @Test
        void has_the_same(@Autowired ServerSocket server) {
            assertThat(server.isClosed()).isFalse();
        }
    }
}
