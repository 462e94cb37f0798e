package com.acme.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import io.leakguard.netty.NettyGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlantedLeaksTest {

    private static final String LINE = Planted.line(Service.class, "detached");

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

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void a_message_that_is_detached_and_never_closed_is_blamed_on_the_line_that_reads_it(boolean tls) throws Exception {
        try (Service service = new Service(tls)) {
            observed.assertNamed(() -> service.detached("order"), () -> service.unary("order"), LINE);
        }
        assertThat(observed.reports())
                .as(observed::text)
                .allSatisfy(report -> assertThat(report.kind()).isEqualTo(NettyGuard.BYTEBUF));
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void a_message_of_a_stream_is_blamed_likewise(boolean tls) throws Exception {
        try (Service service = new Service(tls)) {
            observed.assertNamed(service::detachedStream, () -> service.unary("order"), LINE);
        }
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void an_answer_that_a_client_keeps_is_blamed_likewise(boolean tls) throws Exception {
        try (Service service = new Service(tls)) {
            observed.assertNamed(service::detachedAnswer, () -> service.unary("order"), LINE);
        }
    }
}
