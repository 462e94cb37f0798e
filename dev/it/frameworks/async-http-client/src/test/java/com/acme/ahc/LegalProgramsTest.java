package com.acme.ahc;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.Load;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.netty.BufferTracking;
import io.leakguard.netty.NettyGuard;
import org.asynchttpclient.AsyncHttpClientConfig.ResponseBodyPartFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest(name = "TLS: {0}, {1}")
    @CsvSource({"false, EAGER", "true, LAZY"})
    void requests_are_never_reported_and_nothing_stays_open(boolean tls, ResponseBodyPartFactory parts)
            throws Exception {
        try (Service service = new Service(tls, parts)) {
            service.requests(Load.REQUESTS);
        }
        assertThat(observed.guard().stats().of(NettyGuard.BYTEBUF).opened()).isGreaterThan(Load.REQUESTS);
        observed.assertSilent();
    }
}
