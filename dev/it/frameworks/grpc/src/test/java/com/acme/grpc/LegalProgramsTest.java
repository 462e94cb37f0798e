package com.acme.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.Load;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void calls_are_never_reported_and_nothing_stays_open(boolean tls) throws Exception {
        try (Service service = new Service(tls)) {
            for (int i = 0; i < Load.REQUESTS; i++) {
                service.call(i);
            }
        }
        assertThat(observed.guard().stats().of(NettyGuard.BYTEBUF).opened()).isGreaterThan(Load.REQUESTS);
        observed.assertSilent();
    }
}
