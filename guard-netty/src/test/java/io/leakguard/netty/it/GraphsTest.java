package io.leakguard.netty.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakCause;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.LeakReport;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaks together is one report, at what holds the others. */
class GraphsTest extends GuardedNetty {

    private static final ResourceKind DNS = ResourceKind.of("netty.dns.message");

    @Override
    LeakGuardBuilder settings() {
        return leaks.guard().scopeGrace(Duration.ZERO);
    }

    /** The one report, once everything is collected. */
    private LeakReport only() {
        Leaks.until(() -> !leaks.reports.isEmpty() && guard.stats().open() == 0);
        Leaks.settle(guard);
        assertThat(leaks.reports).as(leaks::text).hasSize(1);
        assertThat(guard.stats().internalErrors()).isZero();
        return leaks.reports.get(0);
    }

    private static EmbeddedChannel server() {
        return new EmbeddedChannel(
                new HttpRequestDecoder(), new HttpObjectAggregator(1 << 20), new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        looksAt((FullHttpRequest) msg); // and never releases it
                    }
                });
    }

    private static void looksAt(FullHttpRequest request) {
        assertThat(request.content().readableBytes()).isPositive();
    }

    /** Not a constant: the guard must be installed before Netty's buffers are used. */
    private static ByteBufAllocator alloc() {
        return PooledByteBufAllocator.DEFAULT;
    }

    private static ByteBuf bytes(String text) {
        return alloc().directBuffer(text.length()).writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest(name = "{0} chunks")
    @ValueSource(ints = {1, 3, 40})
    void an_aggregated_request_that_is_kept_is_one_report_with_its_content_listed(int chunks) {
        EmbeddedChannel channel = server();
        receive(channel, chunks);
        LeakReport report = only();
        assertThat(report.cause()).isEqualTo(LeakCause.COLLECTED);
        assertThat(report.kind()).isEqualTo(NettyGuard.BYTEBUF);
        assertThat(report.description()).startsWith("CompositeByteBuf");
        assertThat(report.siteText()).contains("GraphsTest.receive(");
        assertThat(report.children()).hasSizeGreaterThanOrEqualTo(chunks);
        assertThat(report.children()).anySatisfy(c -> assertThat(c.siteText()).contains("GraphsTest.bytes("));
        assertThat(guard.stats().of(NettyGuard.BYTEBUF).leaked())
                .isEqualTo(1 + report.children().size());
        channel.finishAndReleaseAll();
    }

    private static void receive(EmbeddedChannel channel, int chunks) {
        if (chunks == 1) {
            channel.writeInbound(bytes("POST /orders HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello"));
            return;
        }
        channel.writeInbound(bytes("POST /orders HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"));
        for (int i = 0; i < chunks; i++) {
            channel.writeInbound(bytes("5\r\nhello\r\n"));
        }
        channel.writeInbound(bytes("0\r\n\r\n"));
    }

    @Test
    void each_aggregated_request_that_is_kept_is_a_report_of_its_own() {
        EmbeddedChannel channel = server();
        for (int i = 0; i < 5; i++) {
            receive(channel, 1);
        }
        Leaks.until(() -> guard.stats().open() == 0);
        Leaks.settle(guard);
        assertThat(leaks.reports).as(leaks::text).hasSize(5);
        channel.finishAndReleaseAll();
    }

    @Test
    void a_composite_is_one_report_with_its_components_also_if_nothing_was_done_with_it_since() {
        leakComposite(2);
        LeakReport report = only();
        assertThat(report.siteText()).contains("GraphsTest.leakComposite(");
        assertThat(report.children())
                .hasSize(2)
                .allSatisfy(c -> assertThat(c.siteText()).contains("GraphsTest.bytes("));
    }

    private static CompositeByteBuf leakComposite(int components) {
        List<ByteBuf> all = new ArrayList<>();
        for (int i = 0; i < components; i++) {
            all.add(bytes("component"));
        }
        return alloc().compositeBuffer(100).addComponents(true, all);
    }

    @Test
    void a_composite_that_wrote_its_own_components_is_one_report() {
        leakWritten();
        assertThat(only().siteText()).contains("GraphsTest.leakWritten(");
    }

    private static void leakWritten() {
        alloc().compositeBuffer().writeBytes(new byte[10_000]);
    }

    @Test
    void a_composite_in_a_composite_of_slices_is_one_report() {
        leakNested();
        LeakReport report = only();
        assertThat(report.siteText()).contains("GraphsTest.leakNested(");
        assertThat(report.children()).extracting(LeakReport.Child::description).anyMatch(d -> d.contains("Sliced"));
    }

    private static void leakNested() {
        ByteBuf header = bytes("header");
        CompositeByteBuf inner = alloc().compositeBuffer().addComponents(true, header.readRetainedSlice(3), header);
        alloc().compositeBuffer().addComponents(true, inner.retainedDuplicate(), bytes("tail"));
        inner.release();
    }

    @Test
    void a_component_that_is_retained_by_somebody_is_a_leak_by_itself_when_the_composite_is_released() {
        leakComponent();
        LeakReport report = only();
        assertThat(report.siteText()).contains("GraphsTest.bytes(");
        assertThat(guard.stats().of(NettyGuard.BYTEBUF).leaked()).isEqualTo(1);
    }

    private static void leakComponent() {
        ByteBuf component = bytes("component");
        CompositeByteBuf both = alloc().compositeBuffer().addComponents(true, component.retain(), bytes("other"));
        both.touch("sent");
        both.release();
    }

    @Test
    void a_component_that_belongs_to_somebody_else_is_not_part_of_the_composite_s_leak() {
        ByteBuf owned = bytes("shared");
        leakAround(owned);
        Leaks.until(() -> !leaks.reports.isEmpty());
        assertThat(leaks.reports.get(0).children()).isEmpty();
        owned.release();
        assertThat(only().siteText()).contains("GraphsTest.leakAround(");
    }

    private static void leakAround(ByteBuf owned) {
        alloc().compositeBuffer().addComponent(true, Unpooled.unreleasableBuffer(owned));
    }

    @Test
    void released_composites_of_all_sorts_are_silent() {
        for (int i = 0; i < 200; i++) {
            CompositeByteBuf all = alloc().compositeBuffer(100);
            for (int c = 0; c < 20; c++) {
                all.addComponent(true, bytes("component"));
            }
            all.removeComponent(3).writerIndex(all.capacity());
            all.readBytes(30).release();
            all.discardReadComponents();
            ByteBuf slice = all.retainedSlice();
            all.consolidate();
            all.release();
            assertThat(slice.release()).isTrue();
        }
        Leaks.settle(guard);
        assertThat(leaks.text()).isEmpty();
        GuardStatsCheck.nothingOpen(guard, Leaks.BYTEBUF);
    }

    @Test
    void the_content_of_a_chunk_and_the_buffer_that_it_was_cut_from_are_one_report() {
        leakChunk();
        assertThat(only().children())
                .singleElement()
                .satisfies(c -> assertThat(c.siteText()).contains("GraphsTest.leakChunk("));
    }

    private static void leakChunk() {
        ByteBuf read = bytes("hello, world");
        new DefaultHttpContent(read.readRetainedSlice(5)).touch("first");
        new DefaultLastHttpContent(read).release();
    }

    @Test
    void a_dns_message_is_one_report_with_the_content_of_its_records() {
        leakResponse();
        LeakReport report = only();
        assertThat(report.kind()).isEqualTo(DNS);
        assertThat(report.children()).extracting(LeakReport.Child::kind).containsOnly(NettyGuard.BYTEBUF);
    }

    private static void leakResponse() {
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);
        DatagramDnsResponse response = new DatagramDnsResponse(here, here, 1);
        response.addRecord(DnsSection.ANSWER, new DefaultDnsRawRecord("a.", DnsRecordType.A, 60, bytes("1234")));
        response.addRecord(DnsSection.ANSWER, new DefaultDnsRawRecord("b.", DnsRecordType.A, 60, bytes("1234")));
        response.touch("passed on"); // as a pipeline does
    }

    @Test
    void a_composite_that_is_open_when_its_scope_ends_is_one_report_and_no_other_when_it_is_collected() {
        leakInScope();
        assertThat(only()).satisfies(report -> {
            assertThat(report.cause()).isEqualTo(LeakCause.ESCAPED_SCOPE);
            assertThat(report.siteText()).contains("GraphsTest.leakComposite(");
            assertThat(report.scopes()).containsExactly("POST /orders");
            assertThat(report.children()).hasSize(2);
        });
    }

    private void leakInScope() {
        CompositeByteBuf kept;
        try (LeakScope scope = guard.openScope("POST /orders")) {
            CompositeByteBuf both = alloc().compositeBuffer().addComponents(true, bytes("a"), bytes("b"));
            kept = leakComposite(2);
            both.release();
        }
        guard.flush(Leaks.BOUND);
        assertThat(kept.refCnt()).isEqualTo(1); // reachable until here
    }
}
