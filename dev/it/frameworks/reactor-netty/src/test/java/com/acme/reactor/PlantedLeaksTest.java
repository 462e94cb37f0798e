package com.acme.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import io.leakguard.netty.NettyGuard;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PlantedLeaksTest {

    private static final Duration BOUND = Duration.ofSeconds(60);

    private ObservedGuard observed;
    private NettyGuard netty;

    @BeforeEach
    void install() {
        observed = new ObservedGuard();
        netty = NettyGuard.install(observed.guard());
    }

    @AfterEach
    void uninstall() {
        netty.close();
        observed.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_page_that_is_allocated_and_never_sent_is_one_report_at_its_line(Service.Kind kind) throws Exception {
        try (Service service = new Service(netty, kind)) {
            service.client
                    .get()
                    .uri("/leak/allocated")
                    .responseContent()
                    .aggregate()
                    .asString()
                    .block(BOUND);
            observed.awaitReport(Planted.line(Service.class, "allocated"));
        }
        observed.settle();
        assertThat(observed.reports()).as(observed::text).hasSize(1);
        assertThat(observed.leaked()).isEqualTo(1);
    }

    static Stream<Arguments> bodies() {
        return Stream.of("retained", "read", "object", "gathered", "subscribed")
                .flatMap(leak -> Arrays.stream(Service.Kind.values()).map(kind -> Arguments.of(leak, kind)));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void a_body_that_a_handler_keeps_is_blamed_on_its_line(String leak, Service.Kind kind) throws Exception {
        try (Service service = new Service(netty, kind)) {
            observed.assertNamed(
                    () -> service.postAlone("/leak/" + leak),
                    () -> service.postAlone("/aggregate"),
                    Planted.line(Service.class, leak));
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_last_line_that_used_a_body_is_named_beside_the_first(Service.Kind kind) throws Exception {
        try (Service service = new Service(netty, kind)) {
            String last = Planted.line(Service.class, "last");
            observed.assertNamed(() -> service.postAlone("/leak/passed"), () -> service.postAlone("/aggregate"), last);
            assertThat(observed.reports())
                    .as(observed::text)
                    .anySatisfy(report -> assertThat(ObservedGuard.headline(report))
                            .containsSubsequence(
                                    "first used at Service.",
                                    Planted.line(Service.class, "first"),
                                    "last used at Service.",
                                    last));
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_that_a_client_keeps_is_blamed_on_its_line(Service.Kind kind) throws Exception {
        try (Service service = new Service(netty, kind)) {
            observed.assertNamed(
                    service::leakAnswer, () -> service.postAlone("/aggregate"), Planted.line(Service.class, "answer"));
        }
    }

    /** No line of the program used it: what is known is the request, and what to write. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "TLS"})
    void a_body_that_no_line_uses_is_blamed_on_its_request(Service.Kind kind) throws Exception {
        try (Service service = new Service(netty, kind)) {
            observed.leakUntilFound(() -> service.postAlone("/leak/unused"), () -> service.postAlone("/aggregate"));
        }
        assertThat(observed.reports()).as(observed::text).isNotEmpty().allSatisfy(report -> {
            assertThat(report.scopes()).containsExactly("POST /leak/unused");
            assertThat(report.description()).contains("buffer.touch(\"where\") in your code names its line");
        });
    }
}
