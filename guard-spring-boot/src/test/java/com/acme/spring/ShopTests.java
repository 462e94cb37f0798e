package com.acme.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.leakguard.LeakGuard;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

/** Classes that are run by a test of their own. */
public final class ShopTests {

    private ShopTests() {}

    /** Is open for as long as its context is. */
    @Configuration(proxyBeanMethods = false)
    static class LongLived {
        @Bean
        InputStream longLived(LeakGuard guard) throws IOException {
            InputStream in = guard.wrap(new ByteArrayInputStream(new byte[9]), "long-lived");
            assertThat(in.read()).isZero();
            return in;
        }
    }

    @SpringBootTest(
            classes = {Shop.class, LongLived.class},
            properties = "spring.datasource.url=jdbc:h2:mem:tests")
    abstract static class Base {
        @Autowired
        WebApplicationContext context;

        void call(String path) throws Exception {
            MockMvcBuilders.webAppContextSetup(context)
                    .build()
                    .perform(get(path))
                    .andExpect(status().isOk());
        }
    }

    /** In a run, and so with a guard, of its own: a context of another run is not to be found in the cache. */
    @TestPropertySource(properties = "run=mvc")
    public static class Mvc extends Base {
        @Test
        void legal() throws Exception {
            call("/jdbc/1");
        }

        @Test
        void leaks() throws Exception {
            call("/leak/files/1");
        }

        @Test
        void legal_too() throws Exception {
            call("/orders/1");
        }
    }

    public static class First extends Base {
        @Test
        void works() throws Exception {
            assertThat(context.getBean(LeakGuard.class)).isSameAs(LeakGuard.global());
            assertThat(LeakGuard.global().open().toText()).contains("long-lived");
            call("/jdbc/1");
        }
    }

    public static class SameContext extends Base {
        @Test
        void works() throws Exception {
            call("/jdbc/1");
        }
    }

    @DirtiesContext
    public static class Dirty extends Base {
        @Test
        void works() throws Exception {
            call("/jdbc/1");
        }
    }

    public static class AfterDirty extends Base {
        @Test
        void works() throws Exception {
            call("/jdbc/1");
        }
    }

    /** Calls the application as its clients do. */
    abstract static class Client {
        @Value("${local.server.port}")
        int port;

        void call(String path) throws Exception {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }

    @SpringBootTest(
            classes = {Shop.class, LongLived.class},
            webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
            properties = "spring.datasource.url=jdbc:h2:mem:port")
    public static class Port extends Client {
        @Test
        void legal() throws Exception {
            call("/jdbc/1");
        }

        @Test
        void leaks() throws Exception {
            call("/leak/files/1");
        }

        @Test
        void legal_too() throws Exception {
            call("/orders/1");
        }
    }

    /** In a run of its own, as {@link Mvc}. These classes share a context. */
    @SpringBootTest(
            classes = {Shop.class, LongLived.class},
            webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
            properties = {"spring.datasource.url=jdbc:h2:mem:port", "run=ports"})
    abstract static class InOneRun extends Client {}

    public static class FirstPort extends InOneRun {
        @Test
        void legal() throws Exception {
            call("/jdbc/1");
        }

        @Test
        void leaks() throws Exception {
            call("/leak/files/1");
        }
    }

    /** On the context of the class before. */
    @DirtiesContext
    public static class SamePort extends InOneRun {
        @Test
        void leaks() throws Exception {
            call("/leak/connection/1");
        }

        @Test
        void legal() throws Exception {
            call("/jdbc/1");
        }
    }

    public static class AfterDirtyPort extends InOneRun {
        @Test
        void leaks() throws Exception {
            call("/leak/filter/1");
        }

        @Test
        void legal() throws Exception {
            call("/jdbc/1");
        }
    }

    @SpringBootTest(
            classes = Flow.class,
            webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
            properties = "spring.main.web-application-type=reactive")
    public static class ReactivePort extends Client {
        @Test
        void legal() throws Exception {
            call("/orders/1");
        }

        @Test
        void leaks() throws Exception {
            call("/leak/files/1");
        }
    }
}
