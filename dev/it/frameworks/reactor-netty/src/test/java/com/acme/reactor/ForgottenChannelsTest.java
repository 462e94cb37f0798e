package com.acme.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.OpenResources;
import io.leakguard.frameworks.ObservedGuard;
import io.leakguard.frameworks.Planted;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.OpenChannel;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.tcp.TcpClient;

class ForgottenChannelsTest {

    private static final Duration BOUND = Duration.ofSeconds(60);

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

    /** A client's connection that is open to the service's port. */
    private OpenResources.Group connectionTo(int port) {
        Awaitility.await()
                .atMost(BOUND)
                .until(() -> netty.channels().stream()
                        .anyMatch(channel -> channel.kind().equals(NettyGuard.CHANNEL)
                                && channel.remote().endsWith("127.0.0.1:" + port)));
        return observed.guard().open().groups().stream()
                .filter(group -> group.kind().equals(NettyGuard.CHANNEL))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_connection_that_is_never_disposed_is_listed_by_its_remote_address() throws Exception {
        try (Service service = new Service(netty, Service.Kind.HTTP_1_1)) {
            int port = service.server.port();
            Connection forgotten = TcpClient.create(service.connections)
                    .runOn(service.clientLoops)
                    .host("127.0.0.1")
                    .port(port)
                    .connectNow(BOUND);
            forgotten
                    .outbound()
                    .sendString(Mono.just("GET /nowhere HTTP/1.1\r\n\r\n"))
                    .then()
                    .block(BOUND);
            assertThat(connectionTo(port).oldestDescription()).contains("127.0.0.1:" + port);
            forgotten.disposeNow(BOUND);
            assertThat(observed.reports()).as(observed::text).isEmpty();
        }
        observed.awaitNothingOpen();
    }

    @Test
    void one_that_is_watched_in_a_line_of_the_program_is_listed_by_that_line() throws Exception {
        try (Service service = new Service(netty, Service.Kind.HTTP_1_1)) {
            int port = service.server.port();
            Connection forgotten = TcpClient.create(service.connections)
                    .runOn(service.clientLoops)
                    .host("127.0.0.1")
                    .port(port)
                    .doOnChannelInit((observer, channel, address) -> netty.watch(channel)) // PLANTED forgotten
                    .connectNow(BOUND);
            OpenResources.Group open = connectionTo(port);
            assertThat(open.siteText()).contains(Planted.line(ForgottenChannelsTest.class, "forgotten"));
            assertThat(open.oldestDescription()).contains("127.0.0.1:" + port);
            forgotten.disposeNow(BOUND);
        }
        observed.awaitNothingOpen();
    }

    @ParameterizedTest
    @EnumSource
    void the_pool_of_a_client_is_listed_while_it_is_open_and_a_shutdown_is_silent(Service.Kind kind) throws Exception {
        try (Service service = new Service(netty, kind)) {
            service.post("/echo", "an order").block(BOUND);
            assertThat(connectionTo(service.server.port()).count()).isPositive();
            assertThat(netty.channels()).extracting(OpenChannel::kind).contains(NettyGuard.CHANNEL);
        }
        observed.awaitNothingOpen();
        observed.close();
        assertThat(observed.reports()).as(observed::text).isEmpty();
    }
}
