package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.HashedWheelTimer;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Reference;
import java.lang.reflect.Constructor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** What is not a buffer but goes through Netty's detector factory. */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // NioEventLoopGroup: what Netty 4.1 has
class KindsTest extends GuardedNetty {

    private static final ResourceKind TIMER = ResourceKind.of("netty.timer");
    private static final ResourceKind DNS = ResourceKind.of("netty.dns.message");
    private static final ResourceKind CONTEXT = ResourceKind.of("netty.ssl.context");
    private static final ResourceKind SESSION = ResourceKind.of("netty.ssl.session");
    private static final ResourceKind ENGINE = ResourceKind.of("netty.ssl.engine");

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
        if ("true".equals(System.getenv("CI"))) {
            assertThat(OpenSsl.isAvailable())
                    .as(() -> "OpenSSL: " + OpenSsl.unavailabilityCause())
                    .isTrue();
        }
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

    @Test
    void a_leaked_engine_and_the_context_that_it_keeps_from_being_freed_are_one_report() throws Exception {
        assumeOpenSsl();
        leakEngineAndReleaseContext();
        LeakReport report = leakOf(ENGINE);
        assertThat(report.siteText()).contains("KindsTest.leakEngine(");
        assertThat(report.children()).extracting(LeakReport.Child::kind).containsExactly(CONTEXT);
        Leaks.until(() -> guard.stats().of(CONTEXT).open() == 0);
        Leaks.settle(guard);
        assertThat(leaks.reports).as(leaks::text).hasSize(1);
    }

    private static void leakEngineAndReleaseContext() throws SSLException {
        SslContext context = context();
        leakEngine(context);
        ReferenceCountUtil.release(context);
    }

    /** Nobody but Netty itself makes these. */
    private static void make(String className, Object... arguments) throws ReflectiveOperationException {
        Constructor<?> constructor = Arrays.stream(
                        Class.forName("io.netty.handler.ssl." + className).getDeclaredConstructors())
                .filter(c -> c.getParameterCount() == arguments.length)
                .findFirst()
                .orElseThrow();
        constructor.setAccessible(true);
        constructor.newInstance(arguments);
    }

    @Test
    void key_material_that_is_not_released_is_found_at_its_line() throws Exception {
        assumeOpenSsl();
        leakKeyMaterial();
        assertThat(leakOf(ResourceKind.of("netty.ssl.key_material")).stack())
                .anySatisfy(f -> assertThat(f.getMethodName()).isEqualTo("leakKeyMaterial"));
    }

    private static void leakKeyMaterial() throws ReflectiveOperationException {
        make("DefaultOpenSslKeyMaterial", 0L, 0L, null);
    }

    @Test
    void cached_sessions_are_listed_as_open_until_their_context_is_released() throws Exception {
        assumeOpenSsl();
        EventLoopGroup group = new NioEventLoopGroup(1);
        SslContext server = server();
        SslContext client = client();
        Channel listening = listen(server, group);
        Leaks.until(() -> {
            exchange(client, group, (InetSocketAddress) listening.localAddress());
            return guard.stats().of(SESSION).open() > 0;
        });
        assertThat(guard.open().toText()).contains("netty.ssl.session");
        listening.close().syncUninterruptibly();
        Leaks.until(() -> guard.stats().of(ENGINE).open() == 0); // a loop that ends at once may leave a channel open
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        ReferenceCountUtil.release(client);
        ReferenceCountUtil.release(server);
        Leaks.settle(guard);
        assertThat(guard.stats().of(SESSION).open()).isZero();
        assertThat(leaks.text()).isEmpty();
    }

    /** Nobody releases the contexts that frameworks make: those are released when they are collected, and cache until then. */
    @Test
    void an_ordinary_shutdown_with_openssl_is_silent() throws Exception {
        assumeOpenSsl();
        EventLoopGroup group = new NioEventLoopGroup(1);
        SslContext server = SslContextBuilder.forServer(HttpDaemon.keyManagers())
                .sslProvider(SslProvider.OPENSSL)
                .build();
        SslContext client = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        ((OpenSslSessionContext) client.sessionContext()).setSessionCacheEnabled(true);
        try {
            Channel listening = listen(server, group);
            Leaks.until(() -> {
                exchange(client, group, (InetSocketAddress) listening.localAddress());
                return guard.stats().of(SESSION).open() > 0;
            });
            listening.close().syncUninterruptibly();
            Leaks.until(() -> guard.stats().of(ENGINE).open() == 0);
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            Leaks.settle(guard);
            assertThat(guard.open().groups())
                    .as(guard.open()::toText)
                    .isNotEmpty()
                    .allSatisfy(each -> assertThat(each.keptReason()).contains("OpenSSL's context caches it"));
            guard.close();
            assertThat(leaks.atShutdown).isEmpty();
            assertThat(leaks.text()).isEmpty();
        } finally {
            Reference.reachabilityFence(client);
            Reference.reachabilityFence(server);
        }
    }

    @Test
    void a_credential_that_is_not_released_is_found_at_its_line() throws Exception {
        assumeOpenSsl();
        assumeTrue(is42(), "Netty 4.1 has no credentials");
        leakCredential();
        assertThat(leakOf(ResourceKind.of("netty.ssl.credential")).stack())
                .anySatisfy(f -> assertThat(f.getMethodName()).isEqualTo("leakCredential"));
    }

    private static void leakCredential() throws ReflectiveOperationException {
        Class<?> type = Class.forName("io.netty.handler.ssl.OpenSslCredential$CredentialType");
        make("DefaultOpenSslCredential", 1L, type.getEnumConstants()[0]);
    }

    private static boolean is42() {
        return System.getProperty("expected.netty", "").equals("4.2");
    }

    private static SslContext server() throws Exception {
        return SslContextBuilder.forServer(HttpDaemon.keyManagers())
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .build();
    }

    private static SslContext client() throws SSLException {
        SslContext client = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        ((OpenSslSessionContext) client.sessionContext()).setSessionCacheEnabled(true);
        return client;
    }

    private static Channel listen(SslContext server, EventLoopGroup group) {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(server.newHandler(channel.alloc()), new Echo());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Connections of OpenSSL on both sides, with key material from a provider and cached sessions. */
    @Test
    void servers_and_clients_on_openssl_that_work_right_leave_nothing() throws Exception {
        assumeOpenSsl();
        SslContext server = server();
        SslContext client = client();
        EventLoopGroup group = new NioEventLoopGroup(1);
        Channel listening = listen(server, group);
        for (int i = 0; i < 20; i++) {
            exchange(client, group, (InetSocketAddress) listening.localAddress());
        }
        listening.close().syncUninterruptibly();
        Leaks.until(() -> guard.stats().of(ENGINE).open() == 0);
        ReferenceCountUtil.release(client);
        ReferenceCountUtil.release(server);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        GuardStatsCheck.noneOpen(guard);
        assertThat(guard.stats().of(ENGINE).closed()).isEqualTo(40);
        assertThat(guard.stats().of(CONTEXT).closed()).isEqualTo(2);
        assertThat(guard.stats().of(ResourceKind.of("netty.ssl.key_material")).closed())
                .isPositive();
        assertThat(guard.stats().of(SESSION).closed()).isPositive();
    }

    private static final class Echo extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
            ctx.writeAndFlush(msg.retain());
        }
    }

    private static void exchange(SslContext tls, EventLoopGroup group, InetSocketAddress to) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        Channel channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        tls.newHandler(channel.alloc(), "localhost", to.getPort()),
                                        new SimpleChannelInboundHandler<ByteBuf>() {
                                            @Override
                                            protected void channelRead0(ChannelHandlerContext ctx, ByteBuf msg) {
                                                answered.countDown();
                                            }
                                        });
                    }
                })
                .connect(to)
                .syncUninterruptibly()
                .channel();
        channel.writeAndFlush(channel.alloc().directBuffer(8).writeLong(42)).syncUninterruptibly();
        assertThat(answered.await(30, TimeUnit.SECONDS)).isTrue();
        channel.close().syncUninterruptibly();
    }
}
