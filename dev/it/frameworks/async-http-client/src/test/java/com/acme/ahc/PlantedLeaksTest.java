package com.acme.ahc;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import io.leakguard.netty.NettyGuard;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.AsyncHttpClientConfig.ResponseBodyPartFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlantedLeaksTest {

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

    @Test
    void a_part_of_a_response_that_is_kept_is_blamed_on_its_line() throws Exception {
        try (Service service = new Service(false, ResponseBodyPartFactory.LAZY)) {
            observed.assertNamed(service::keepsPart, service::get, Planted.line(Service.class, "part"));
        }
        assertThat(observed.reports())
                .as(observed::text)
                .allSatisfy(report -> assertThat(report.kind()).isEqualTo(NettyGuard.BYTEBUF));
    }

    @Test
    void a_client_that_is_never_closed_is_listed_as_open_at_its_line() throws Exception {
        try (Service service = new Service(false, ResponseBodyPartFactory.EAGER)) {
            try (AsyncHttpClient forgotten = Service.newClient(ResponseBodyPartFactory.EAGER)) {
                service.get(forgotten);
                assertThat(observed.guard().open().toText()).contains(Planted.line(Service.class, "client"));
            }
        }
        observed.assertSilent();
    }
}
