package com.acme.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.netty.NettyGuard;
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
    void a_message_that_is_detached_and_never_closed_is_found() throws Exception {
        try (Service service = new Service(false)) {
            service.detached("order");
            observed.settle();
            assertThat(observed.reports())
                    .as(observed::text)
                    .hasSize(1)
                    .allSatisfy(report -> assertThat(report.kind()).isEqualTo(NettyGuard.BYTEBUF));
        }
    }
}
