package com.acme.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.Load;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

class LegalProgramsTest {

    private ObservedGuard observed;
    private NettyGuard netty;

    @BeforeEach
    void install() {
        observed = new ObservedGuard();
        netty = NettyGuard.install(observed.guard());
        assertThat(netty.buffers()).isEqualTo(BufferTracking.EVERY);
    }

    @AfterEach
    void uninstall() {
        netty.close();
        observed.close();
    }

    @ParameterizedTest
    @EnumSource
    void requests_are_never_reported_and_nothing_stays_open(Service.Kind kind) throws Exception {
        try (Service service = new Service(netty, kind)) {
            Flux.range(0, Load.REQUESTS).flatMap(service::request, 8).blockLast(Duration.ofMinutes(5));
        }
        assertThat(observed.guard().stats().of(NettyGuard.BYTEBUF).opened()).isGreaterThan(Load.REQUESTS);
        observed.assertSilent();
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void websockets_are_never_reported_and_nothing_stays_open(boolean tls) throws Exception {
        try (Service service = new Service(netty, tls ? Service.Kind.TLS : Service.Kind.HTTP_1_1)) {
            service.webSockets(10, Load.REQUESTS / 10);
        }
        assertThat(observed.guard().stats().of(NettyGuard.BYTEBUF).opened()).isGreaterThan(Load.REQUESTS);
        observed.assertSilent();
    }
}
