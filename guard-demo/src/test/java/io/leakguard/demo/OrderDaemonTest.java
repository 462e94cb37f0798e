package io.leakguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderDaemonTest {

    @Test
    void it_serves_the_page_of_what_is_open_now(@TempDir Path folder) throws Exception {
        try (LeakGuard guard = LeakGuard.builder().name("served").log(false).build();
                Peer peer = new Peer(guard);
                OrderJobs jobs = new OrderJobs(guard, Bugs.in(false, OrderJobs.class), folder, peer);
                OrderDaemon daemon = new OrderDaemon(guard, jobs)) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(daemon.address("/leaks"))
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
            assertThat(answer.body()).contains("\"guard\":\"served\"", "http workers");
        }
    }
}
