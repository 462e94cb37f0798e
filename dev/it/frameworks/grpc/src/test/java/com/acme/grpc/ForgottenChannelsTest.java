package com.acme.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.OpenResources;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.netty.NettyGuard;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForgottenChannelsTest {

    private ObservedGuard observed;
    private NettyGuard netty;

    @BeforeEach
    void install() {
        observed = new ObservedGuard();
        netty = NettyGuard.install(observed.guard()).watchAll();
    }

    @AfterEach
    void uninstall() {
        netty.close();
        observed.close();
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void a_channel_that_is_never_shut_down_is_listed_by_its_remote_address(boolean tls) throws Exception {
        try (Service service = new Service(tls)) {
            service.unary("order");
            String address = "127.0.0.1:" + service.server.getPort();
            assertThat(netty.channelsText()).isNotEmpty();
            // The shaded Netty's channels are not in there, which is of the plain one.
            Awaitility.await()
                    .atMost(ObservedGuard.BOUND)
                    .untilAsserted(() -> assertThat(observed.guard().open().groups())
                            .as(() -> observed.guard().open().toText())
                            .filteredOn(group -> group.kind().equals(NettyGuard.CHANNEL))
                            .extracting(OpenResources.Group::oldestDescription)
                            .anySatisfy(description -> assertThat(description).contains(address)));
        }
        observed.awaitNothingOpen();
        observed.close();
        assertThat(observed.reports()).as(observed::text).isEmpty();
    }
}
