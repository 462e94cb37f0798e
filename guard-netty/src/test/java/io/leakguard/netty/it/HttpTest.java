package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.netty.NettyGuard;
import io.leakguard.netty.it.HttpDaemon.Bug;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {

    /** {@code -Drequests=100000} is the full run. */
    private static final int REQUESTS = Integer.getInteger("requests", 20_000);

    private final Leaks leaks = new Leaks();
    private LeakGuard guard;
    private NettyGuard netty;

    @BeforeEach
    void install() {
        guard = leaks.guard().build();
        netty = NettyGuard.install(guard);
    }

    @AfterEach
    void uninstall() {
        netty.close();
        guard.close();
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void a_server_and_a_client_that_work_right_are_never_reported(boolean tls) throws Exception {
        try (HttpDaemon daemon = new HttpDaemon(netty, null, tls)) {
            daemon.request(REQUESTS, "/echo", "/slice", "/composite", "/fails", "/leak");
            Awaitility.await()
                    .atMost(Leaks.BOUND)
                    .untilAsserted(() -> assertThat(netty.channels()).hasSize(1));
            Awaitility.await()
                    .atMost(Leaks.BOUND)
                    .untilAsserted(
                            () -> assertThat(guard.stats().of(Leaks.BYTEBUF).open())
                                    .as(() -> guard.open().toText())
                                    .isZero());
            Leaks.settle(guard);
        }
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(guard.stats().of(Leaks.BYTEBUF).opened()).isGreaterThan(REQUESTS);
        GuardStatsCheck.noneOpen(guard);
        assertThat(guard.stats().of(Leaks.BYTEBUF).leaked()).isZero();
        assertThat(guard.stats().internalErrors()).isZero();
    }

    static Stream<Arguments> bugs() {
        return Arrays.stream(Bug.values()).flatMap(b -> Stream.of(Arguments.of(b, false), Arguments.of(b, true)));
    }

    /** What Netty itself allocated has its line from the second leak on, when accesses are recorded. */
    static String lineOf(Bug bug) {
        return switch (bug) {
            case NEITHER_RELEASED_NOR_FORWARDED -> "HttpDaemon$Forgetful.looksAt(HttpDaemon.java:";
            case EXCEPTION_PATH -> "HttpDaemon$App.fails(HttpDaemon.java:";
            case RETAINED_SLICE -> "HttpDaemon$App.keepsSlice(HttpDaemon.java:";
            case COMPOSITE_COMPONENT -> "HttpDaemon$App.composite(HttpDaemon.java:";
            case AGGREGATED_REQUEST -> "HttpDaemon$Hoarder.hoards(HttpDaemon.java:";
            case WRITE_AFTER_CLOSE -> "HttpDaemon$App.writesAfterClose(HttpDaemon.java:";
        };
    }

    @ParameterizedTest(name = "{0}, TLS: {1}")
    @MethodSource("bugs")
    void each_classic_leak_is_found_at_its_line(Bug bug, boolean tls) throws Exception {
        try (HttpDaemon daemon = new HttpDaemon(netty, bug, tls)) {
            Leaks.until(() -> {
                if (bug == Bug.WRITE_AFTER_CLOSE) {
                    daemon.requestWithoutAnswer("/leak");
                } else {
                    daemon.request(1, "/leak");
                }
                // On a machine that is slow just now, the end of the request may come before the collection.
                return leaks.of(Leaks.BYTEBUF).stream()
                        .anyMatch(r ->
                                r.cause() == LeakCause.COLLECTED && r.toText().contains(lineOf(bug)));
            });
        }
        assertThat(leaks.of(Leaks.BYTEBUF))
                .filteredOn(r -> r.cause() == LeakCause.COLLECTED)
                .isNotEmpty()
                .allSatisfy(r -> assertThat(r.kind()).isEqualTo(Leaks.BYTEBUF));
        assertThat(leaks.reports).allSatisfy(r -> assertThat(r.kind()).isEqualTo(Leaks.BYTEBUF));
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void each_aggregated_request_that_leaks_is_one_report_at_its_line_with_its_content(boolean tls) throws Exception {
        int requests = 5;
        netty.close();
        guard.close();
        guard = leaks.guard().scopeGrace(Duration.ofMillis(100)).build();
        netty = NettyGuard.install(guard);
        try (HttpDaemon daemon = new HttpDaemon(netty, Bug.AGGREGATED_REQUEST, tls)) {
            daemon.request(requests, "/leak");
        }
        Leaks.until(() -> guard.stats().open() == 0);
        Leaks.settle(guard);
        assertThat(leaks.reports).as(leaks::text).hasSize(requests).allSatisfy(report -> {
            assertThat(report.description()).startsWith("CompositeByteBuf");
            assertThat(report.scopes()).containsExactly("POST /leak");
            assertThat(report.children()).isNotEmpty();
        });
        assertThat(guard.stats().of(Leaks.BYTEBUF).leaked()).isGreaterThan(requests);
    }

    @Test
    void a_buffer_that_a_handler_leaks_is_attributed_to_its_request() throws Exception {
        netty.close();
        guard.close();
        guard = leaks.guard().scopeGrace(Duration.ofMillis(100)).build();
        netty = NettyGuard.install(guard);
        try (HttpDaemon daemon = new HttpDaemon(netty, Bug.EXCEPTION_PATH, false)) {
            daemon.request(1, "/leak?token=secret");
            assertThat(leaks.text()).isEmpty();
            daemon.request(4, "/echo", "/leak");
            Awaitility.await().atMost(Leaks.BOUND).until(() -> !leaks.reports.isEmpty());
        }
        List<LeakReport> found = leaks.of(Leaks.BYTEBUF);
        assertThat(found).allSatisfy(r -> assertThat(r.scopes()).containsExactly("POST /leak"));
        assertThat(leaks.text()).doesNotContain("secret");
    }
}
