package com.acme.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.Load;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LegalProgramsTest {

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
    void requests_are_never_reported_and_nothing_stays_open(Service.Kind kind) throws Exception {
        try (Service service = new Service(kind)) {
            assertThat(netty.buffers()).isEqualTo(BufferTracking.EVERY);
            assertThat(service.requests(Load.REQUESTS)).isGreaterThan(Load.REQUESTS * 9 / 10);
        }
        assertThat(observed.guard().stats().of(NettyGuard.BYTEBUF).opened()).isGreaterThan(Load.REQUESTS);
        observed.assertSilent();
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void websockets_are_never_reported_and_nothing_stays_open(boolean tls) throws Exception {
        try (Service service = new Service(tls ? Service.Kind.TLS : Service.Kind.HTTP_1_1)) {
            service.frames(Load.REQUESTS);
        }
        assertThat(observed.guard().stats().of(NettyGuard.BYTEBUF).opened()).isGreaterThan(Load.REQUESTS);
        observed.assertSilent();
    }
}
