package io.leakguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.OpenChannel;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderDaemonTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private LeakGuard guard;
    private NettyGuard netty;
    private Peer peer;
    private OrderJobs jobs;
    private OrderDaemon daemon;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Bugs bugs = Bugs.in(false, OrderJobs.class, OrderDaemon.class);
        guard = LeakGuard.builder().name("served").log(false).build();
        netty = NettyGuard.install(guard);
        peer = new Peer(guard);
        jobs = new OrderJobs(guard, bugs, folder, peer);
        daemon = new OrderDaemon(guard, netty, bugs, jobs);
    }

    @AfterEach
    void stop() throws Exception {
        if (client instanceof AutoCloseable closeable) { // since Java 21
            closeable.close();
        }
        daemon.close();
        jobs.close();
        peer.close();
        netty.close();
        guard.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(daemon.address(path)));
    }

    private HttpResponse<String> post(String event) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(daemon.address("/event")).POST(HttpRequest.BodyPublishers.ofString(event)));
    }

    @Test
    void it_serves_the_page_of_what_is_open_now() throws Exception {
        HttpResponse<String> answer = get("/leaks");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.body()).contains("\"guard\":\"served\"", "http workers");
    }

    @Test
    void it_tells_its_health() throws Exception {
        HttpResponse<String> answer = get("/health");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("UP");
    }

    @Test
    void it_does_events_and_rejects_those_that_are_not_in_order() throws Exception {
        assertThat(post("1,import,Ada Brown,700,ORDR").statusCode()).isEqualTo(OrderDaemon.DONE);
        assertThat(post("2,import,Ada Brown,700,").statusCode()).isEqualTo(OrderDaemon.REJECTED);
        assertThat(post("3,unheard,Ada Brown,700,").statusCode()).isEqualTo(OrderDaemon.REJECTED);
        assertThat(post("4,receipt,Ada Brown,0,paper").body()).isEqualTo("received from Ada Brown\n");
        assertThat(post("5,receipt,Ada Brown,0,paperless").body()).isEmpty();
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void it_says_what_an_event_should_look_like() throws Exception {
        HttpResponse<String> answer = post("six");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("not an event: 'six' has 1 fields, not 5\n");
    }

    @Test
    void without_its_bugs_it_closes_connections_that_carry_nothing() throws Exception {
        long began = System.nanoTime();
        try (Balancer balancer = new Balancer(daemon.address("/health"))) {
            int held = balancer.held();
            if (System.nanoTime() - began
                    < OrderDaemon.IDLE_LIMIT.toNanos()) { // else a busy machine was too slow to see it
                assertThat(held).isEqualTo(Balancer.CONNECTIONS);
            }
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (balancer.held() > 0 && System.nanoTime() - deadline < 0) {
                assertThat(netty.channels()).isNotEmpty();
            }
            assertThat(balancer.held()).isZero();
        }
        assertThat(netty.channels()).extracting(OpenChannel::state).doesNotContain(OpenChannel.State.IDLE_KEEP_ALIVE);
    }
}
