package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.HashedWheelTimer;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is not a buffer but goes through Netty's detector factory. */
class KindsTest {

    private static final ResourceKind TIMER = ResourceKind.of("netty.timer");
    private static final ResourceKind DNS = ResourceKind.of("netty.dns.message");
    private static final ResourceKind CONTEXT = ResourceKind.of("netty.ssl.context");
    private static final ResourceKind ENGINE = ResourceKind.of("netty.ssl.engine");

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

    private LeakReport leakOf(ResourceKind kind) {
        Leaks.until(() -> !leaks.of(kind).isEmpty());
        Leaks.settle(guard);
        assertThat(leaks.of(kind)).hasSize(1);
        assertThat(guard.stats().of(kind).leaked()).isEqualTo(1);
        LeakReport report = leaks.of(kind).get(0);
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        return report;
    }

    @Test
    void a_timer_that_was_never_started_nor_stopped_is_collected() {
        leakTimer();
        assertThat(leakOf(TIMER).siteText()).contains("KindsTest.leakTimer(");
    }

    private static void leakTimer() {
        new HashedWheelTimer();
    }

    @Test
    void a_timer_that_runs_and_is_not_stopped_is_listed_as_open() {
        HashedWheelTimer timer = new HashedWheelTimer();
        timer.newTimeout(timeout -> {}, 1, TimeUnit.HOURS);
        assertThat(guard.open().toText()).contains("netty.timer").contains("KindsTest.a_timer_that_runs");
        timer.stop();
        assertThat(guard.stats().of(TIMER).open()).isZero();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
    }

    @Test
    void a_dns_message_that_is_not_released_is_found_at_its_line() {
        leakQuery();
        assertThat(leakOf(DNS).siteText()).contains("KindsTest.query(");
    }

    private static DatagramDnsQuery query() {
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);
        return new DatagramDnsQuery(here, here, 1);
    }

    private static void leakQuery() {
        query().setRecursionDesired(true);
    }

    @Test
    void a_dns_message_that_is_released_is_not_reported() {
        query().release();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(guard.stats().of(DNS).closed()).isEqualTo(1);
        assertThat(guard.stats().of(DNS).open()).isZero();
    }

    @Test
    void the_content_of_an_http_message_is_a_buffer_found_where_it_was_allocated() {
        leakMessage();
        assertThat(leakOf(NettyGuard.BYTEBUF).siteText()).contains("KindsTest.leakMessage(");
    }

    private static void leakMessage() {
        new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.POST,
                "/orders",
                UnpooledByteBufAllocator.DEFAULT.directBuffer(16).writeInt(1));
    }

    private static void assumeOpenSsl() {
        assumeTrue(OpenSsl.isAvailable(), () -> "OpenSSL: " + OpenSsl.unavailabilityCause());
    }

    private static SslContext context() throws SSLException {
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .build();
    }

    @Test
    void an_openssl_context_that_is_not_released_is_found_at_its_line() throws Exception {
        assumeOpenSsl();
        leakContext();
        assertThat(leakOf(CONTEXT).stack())
                .anySatisfy(f -> assertThat(f.getMethodName()).isEqualTo("leakContext"));
    }

    private static void leakContext() throws SSLException {
        context();
    }

    @Test
    void an_openssl_engine_that_is_not_released_is_found_at_its_line() throws Exception {
        assumeOpenSsl();
        SslContext context = context();
        leakEngine(context);
        assertThat(leakOf(ENGINE).siteText()).contains("KindsTest.leakEngine(");
        ReferenceCountUtil.release(context);
    }

    private static void leakEngine(SslContext context) {
        context.newEngine(UnpooledByteBufAllocator.DEFAULT);
    }

    @Test
    void openssl_parts_that_are_released_are_not_reported() throws Exception {
        assumeOpenSsl();
        SslContext context = context();
        SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
        assertThat(guard.stats().of(CONTEXT).open()).isEqualTo(1);
        assertThat(guard.stats().of(ENGINE).open()).isEqualTo(1);
        ReferenceCountUtil.release(engine);
        ReferenceCountUtil.release(context);
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        assertThat(guard.stats().open()).as(() -> guard.open().toText()).isZero();
    }
}
