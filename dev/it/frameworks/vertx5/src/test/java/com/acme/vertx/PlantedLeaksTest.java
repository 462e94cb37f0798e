package com.acme.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import io.leakguard.netty.NettyGuard;
import io.vertx.core.http.HttpMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource
    void a_page_that_is_allocated_and_never_sent_is_one_report_at_its_line(Service.Kind kind) throws Exception {
        try (Service service = new Service(kind)) {
            Service.get(service.send(HttpMethod.GET, "/leak/allocated", ""));
            observed.awaitReport(Planted.line(Service.class, "allocated"));
        }
        observed.settle();
        assertThat(observed.reports()).as(observed::text).hasSize(1);
        assertThat(observed.leaked()).isEqualTo(1);
    }
}
