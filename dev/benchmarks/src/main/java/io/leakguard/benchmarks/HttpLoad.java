package io.leakguard.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A Netty server in this JVM, and its client in another: a program with plain sockets, {@value
 * NettyHttpBenchmark#CONNECTIONS} keep-alive connections, one request at a time on each. So the processor time of this
 * JVM is the server's alone. Both end with this JVM.
 */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored", "SystemOut"}) // NioEventLoopGroup: what Netty 4.1 has
final class HttpLoad {

    static final byte[] REQUEST = (Boolean.getBoolean("bench.get")
                    ? "GET /orders HTTP/1.1\r\nHost: localhost\r\nAccept: application/octet-stream\r\n\r\n"
                    : "POST /orders HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/octet-stream\r\nContent-Length: 8\r\n\r\n12345678")
            .getBytes(StandardCharsets.US_ASCII);

    private static final int ANSWER = Integer.getInteger("bench.answer", 8);

    /** How many orders a page lists. */
    static final int ROWS = 100;

    private final Process client;
    private final BufferedReader answers;

    HttpLoad() throws IOException {
        Channel server = NettyHttpBenchmark.serve(new NioEventLoopGroup(1), new NettyGuarding(), HttpLoad::handler);
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        List<String> options = List.of("-Xmx64m", "-Dbench.get=" + Boolean.getBoolean("bench.get"));
        client = new ProcessBuilder(Processes.command(options, "http-client-" + port))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
    }

    void exchange() throws IOException {
        client.getOutputStream().write('\n');
        client.getOutputStream().flush();
        String answer = answers.readLine();
        if (!"answered".equals(answer)) {
            throw new IllegalStateException("the client: " + answer);
        }
    }

    static ChannelHandler handler() {
        return Boolean.getBoolean("bench.page") ? new Page() : new Handler();
    }

    private abstract static class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final String type;

        Answering(String type) {
            this.type = type;
        }

        abstract ByteBuf body(ChannelHandlerContext ctx);

        @Override
        protected final void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            ByteBuf body = body(ctx);
            FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
            HttpUtil.setContentLength(response, body.readableBytes());
            ctx.writeAndFlush(response);
        }
    }

    private static final class Handler extends Answering {
        private static final byte[] BYTES = new byte[ANSWER];

        Handler() {
            super("application/octet-stream");
        }

        @Override
        ByteBuf body(ChannelHandlerContext ctx) {
            return ctx.alloc().directBuffer(ANSWER).writeBytes(BYTES);
        }
    }

    /**
     * Builds its answer from data, as a service does. All answers have the same length, by which the client reads them.
     */
    private static final class Page extends Answering {
        private int last = 1_000_000;

        Page() {
            super("application/json");
        }

        @Override
        ByteBuf body(ChannelHandlerContext ctx) {
            StringBuilder json = new StringBuilder(8_192).append('[');
            for (int i = 0; i < ROWS; i++) {
                int id = last + i;
                json.append(i == 0 ? "" : ",")
                        .append("{\"id\":")
                        .append(id)
                        .append(",\"customer\":\"c-")
                        .append(id % 7_919 + 10_000)
                        .append("\",\"cents\":")
                        .append(id % 90_000 + 10_000)
                        .append('}');
            }
            last = last < 9_000_000 ? last + 1 : 1_000_000;
            ByteBuf body = ctx.alloc().directBuffer(8_192);
            body.writeCharSequence(json.append(']'), StandardCharsets.UTF_8);
            return body;
        }
    }

    // --------------------------------------------------------------------------------------------- the client's JVM

    /** For each line on standard input, sends its requests and confirms that each was answered. */
    static void client(int port) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<Socket> sockets = new ArrayList<>();
        List<DataInputStream> inputs = new ArrayList<>();
        try {
            for (int i = 0; i < NettyHttpBenchmark.CONNECTIONS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                inputs.add(new DataInputStream(socket.getInputStream()));
            }
            byte[] answer = null;
            while (in.readLine() != null) {
                for (int r = 0; r < NettyHttpBenchmark.REQUESTS; r++) {
                    for (Socket socket : sockets) {
                        socket.getOutputStream().write(REQUEST);
                    }
                    for (DataInputStream input : inputs) {
                        if (answer == null) {
                            answer = new byte[lengthOfFirst(input)];
                            continue;
                        }
                        input.readFully(answer);
                        if (answer[9] != '2') {
                            throw new IllegalStateException(new String(answer, StandardCharsets.ISO_8859_1));
                        }
                    }
                }
                System.out.println("answered");
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        System.exit(0);
    }

    /** All answers are alike, so only the length of the first one must be found. */
    private static int lengthOfFirst(DataInputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) input.readUnsignedByte());
        }
        String length = head.toString().toLowerCase(Locale.ROOT).replaceFirst("(?s).*content-length: (\\d+).*", "$1");
        int body = Integer.parseInt(length);
        input.readFully(new byte[body]);
        return head.length() + body;
    }
}
