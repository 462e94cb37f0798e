package com.acme.boot.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.frameworks.Load;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One application for all tests, since its start is dear. */
@Tag("reactive")
@TestMethodOrder(OrderAnnotation.class)
class ReactiveApplicationTest {

    private static final Duration BOUND = Duration.ofSeconds(60);

    private static ObservedGuard observed;
    private static NettyGuard netty;
    private static ConfigurableApplicationContext application;
    private static WebClient client;

    @BeforeAll
    static void start() {
        observed = new ObservedGuard();
        netty = NettyGuard.install(observed.guard());
        assertThat(netty.buffers()).isEqualTo(BufferTracking.EVERY);
        SpringApplication boot = new SpringApplication(ReactiveApplication.class);
        boot.setWebApplicationType(WebApplicationType.REACTIVE);
        boot.setDefaultProperties(Map.of(
                "server.address", "127.0.0.1",
                "server.port", "0",
                "spring.main.banner-mode", "off",
                "spring.datasource.url", "jdbc:h2:mem:reactive"));
        application = boot.run();
        client = WebClient.create(
                "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port"));
    }

    @AfterAll
    static void stop() {
        application.close();
        netty.close();
        observed.close();
    }

    private static Mono<String> post(String path) {
        return client.post().uri(path).bodyValue("order ".repeat(20)).retrieve().bodyToMono(String.class);
    }

    private static Mono<?> request(int i) {
        return switch (i % 80) {
            case 2 -> post("/fails").onErrorComplete();
            case 3 -> client.get().uri("/stream").retrieve().toBodilessEntity();
            case 4 ->
                client.get().uri("/stream").retrieve().bodyToFlux(String.class).next();
            default ->
                switch (i % 5) {
                    case 0 -> post("/echo");
                    case 1 -> post("/buffers");
                    case 2 -> post("/released");
                    case 3 -> client.get().uri("/stream").retrieve().bodyToMono(String.class);
                    default -> client.get().uri("/nowhere").exchangeToMono(r -> r.releaseBody());
                };
        };
    }

    @Test
    @Order(1)
    void requests_are_never_reported_and_nothing_stays_open() {
        Flux.range(0, Load.REQUESTS)
                .flatMap(ReactiveApplicationTest::request, 8)
                .blockLast(Duration.ofMinutes(5));
        assertThat(observed.guard().stats().of(NettyGuard.BYTEBUF).opened()).isGreaterThan(Load.REQUESTS);
        observed.assertQuiet();
    }

    @Test
    @Order(2)
    void a_page_that_is_allocated_and_never_sent_is_one_report_at_its_line() {
        client.get().uri("/leak/page").retrieve().bodyToMono(String.class).block(BOUND);
        observed.awaitReport(Planted.line(ReactiveApplication.class, "page"));
        observed.settle();
        assertThat(observed.reports()).as(observed::text).hasSize(1);
    }

    /** No line of the controller uses its bytes: what is known is who had it last. */
    @Test
    @Order(3)
    void a_body_that_a_controller_never_releases_is_found() {
        observed.leakUntilFound(
                () -> post("/leak/body").block(BOUND), () -> post("/echo").block(BOUND));
        assertThat(ObservedGuard.headline(
                        observed.reports().get(observed.reports().size() - 1)))
                .contains("reactor.netty.channel.ChannelOperationsHandler");
    }

    @ParameterizedTest
    @ValueSource(strings = {"retained", "read"})
    @Order(4)
    void a_body_that_a_controller_keeps_is_blamed_on_its_line(String leak) throws Exception {
        observed.assertNamed(
                () -> post("/leak/" + leak).block(BOUND),
                () -> post("/echo").block(BOUND),
                Planted.line(ReactiveApplication.class, leak));
    }

    @Test
    @Order(5)
    void an_answer_that_a_client_keeps_is_blamed_on_its_line() throws Exception {
        observed.assertNamed(
                () -> client.get()
                        .uri("/stream")
                        .retrieve()
                        .bodyToFlux(DataBuffer.class)
                        .map(part -> {
                            return part.read(); // PLANTED answer
                        })
                        .next()
                        .block(BOUND),
                () -> post("/echo").block(BOUND),
                Planted.line(ReactiveApplicationTest.class, "answer"));
    }

    @Test
    @Order(6)
    void a_shutdown_is_silent_and_leaves_nothing_open() {
        application.close();
        observed.awaitNothingOpen();
        observed.settle();
        observed.close();
        // What the tests before have leaked may be collected only now: nothing else is told.
        assertThat(observed.reports()).as(observed::text).allSatisfy(report -> {
            assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
            assertThat(ObservedGuard.headline(report)).containsAnyOf("ReactiveApplication", "ChannelOperationsHandler");
        });
    }
}
