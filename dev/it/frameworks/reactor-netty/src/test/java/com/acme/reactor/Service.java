package com.acme.reactor;

import io.leakguard.frameworks.Tls;
import io.leakguard.netty.NettyGuard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider.GenericSslContextSpec;

/** A server and a client of Reactor Netty over loopback. */
final class Service implements AutoCloseable {

    enum Kind {
        HTTP_1_1,
        TLS,
        H2C,
        H2
    }

    private static final Duration BOUND = Duration.ofSeconds(60);

    private static KeyManagerFactory keys;

    final LoopResources loops = LoopResources.create("it", 1, 2, true);
    /** Of its own: what a client still refers to is used again for the next buffer of the same thread. */
    final LoopResources clientLoops = LoopResources.create("client", 2, true);

    final ConnectionProvider connections = ConnectionProvider.create("it", 4);
    final DisposableServer server;
    final HttpClient client;
    private final Kind kind;

    Service(NettyGuard netty, Kind kind) throws Exception {
        this.kind = kind;
        HttpServer unbound = HttpServer.create().host("127.0.0.1").port(0).runOn(loops);
        switch (kind) {
            case HTTP_1_1 -> unbound = scoped(unbound, netty);
            case TLS -> {
                GenericSslContextSpec<SslContextBuilder> serverTls = Http11SslContextSpec.forServer(keys());
                unbound = scoped(unbound, netty).secure(s -> s.sslContext(serverTls));
            }
            case H2C -> unbound = unbound.protocol(HttpProtocol.H2C);
            case H2 -> {
                GenericSslContextSpec<SslContextBuilder> serverTls = Http2SslContextSpec.forServer(keys());
                unbound = unbound.protocol(HttpProtocol.H2).secure(s -> s.sslContext(serverTls));
            }
        }
        server = unbound.route(routes -> routes.post("/echo", Service::echo)
                        .post("/aggregate", Service::aggregate)
                        .get("/stream", Service::stream)
                        .get("/never", (request, response) -> response.sendString(Mono.never()))
                        .post("/fails", Service::fails)
                        .get("/leak/allocated", this::allocated)
                        .post("/leak/retained", this::retained)
                        .post("/leak/read", this::read)
                        .post("/leak/object", this::object)
                        .post("/leak/passed", this::passed)
                        .post("/leak/gathered", this::gathered)
                        .post("/leak/unused", this::unused)
                        .post("/leak/subscribed", this::subscribed)
                        .ws(
                                "/ws",
                                (in, out) -> out.sendObject(in.receiveFrames().map(WebSocketFrame::retain))))
                .bindNow();
        client = client(connections);
    }

    private HttpClient client(ConnectionProvider provider) {
        HttpClient http = HttpClient.create(provider).runOn(clientLoops);
        HttpClient unconnected = switch (kind) {
            case HTTP_1_1 -> http;
            case TLS -> http.secure(s -> s.sslContext(trusting(Http11SslContextSpec.forClient())));
            case H2C -> http.protocol(HttpProtocol.H2C);
            case H2 ->
                http.protocol(HttpProtocol.H2).secure(s -> s.sslContext(trusting(Http2SslContextSpec.forClient())));
        };
        return unconnected.baseUrl(
                (kind == Kind.TLS || kind == Kind.H2 ? "https" : "http") + "://127.0.0.1:" + server.port());
    }

    private static GenericSslContextSpec<SslContextBuilder> trusting(GenericSslContextSpec<SslContextBuilder> spec) {
        return spec.configure(c -> c.trustManager(InsecureTrustManagerFactory.INSTANCE));
    }

    private static synchronized KeyManagerFactory keys() throws Exception {
        if (keys == null) {
            keys = Tls.keyManagers();
        }
        return keys;
    }

    private static HttpServer scoped(HttpServer server, NettyGuard netty) {
        return server.doOnChannelInit((observer, channel, remote) ->
                channel.pipeline().addAfter(NettyPipeline.HttpCodec, "leakguard.scope", netty.httpRequestScope()));
    }

    // ------------------------------------------------------------------------------------------- legal

    private static Publisher<Void> echo(HttpServerRequest request, HttpServerResponse response) {
        return response.send(request.receive().retain());
    }

    private static Publisher<Void> aggregate(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(request.receive().aggregate().asString().map(String::toUpperCase));
    }

    private static Publisher<Void> stream(HttpServerRequest request, HttpServerResponse response) {
        ByteBufAllocator allocator = response.alloc();
        return response.send(Flux.range(0, 16).map(i -> allocator.buffer(1024).writeZero(1024)));
    }

    private static Publisher<Void> fails(HttpServerRequest request, HttpServerResponse response) {
        return request.receive().aggregate().flatMap(body -> Mono.error(new IllegalStateException("on purpose")));
    }

    // ------------------------------------------------------------------------------------------- bugs

    private Publisher<Void> allocated(HttpServerRequest request, HttpServerResponse response) {
        ByteBuf page = response.alloc().buffer(256).writeZero(200); // PLANTED allocated
        return response.sendString(Mono.just(String.valueOf(page.readableBytes())));
    }

    private Publisher<Void> retained(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(request.receive().map(body -> {
            body.retain(); // PLANTED retained
            return "kept";
        }));
    }

    /** Reactor Netty retains what is read here. */
    private Publisher<Void> read(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(request.receive().retain().map(body -> {
            return body.toString(StandardCharsets.UTF_8); // PLANTED read
        }));
    }

    /** The line that uses it first is right; the one that uses it last forgets it. */
    private Publisher<Void> passed(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(request.receive().retain().map(body -> {
            byte first = body.getByte(0); // PLANTED first
            return Byte.toString(first) + body.toString(StandardCharsets.UTF_8); // PLANTED last
        }));
    }

    private Publisher<Void> object(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(
                request.receiveObject().ofType(HttpContent.class).map(content -> {
                    ReferenceCountUtil.retain(content); // PLANTED object
                    return "kept";
                }));
    }

    private Publisher<Void> gathered(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(request.receive()
                .retain()
                .doOnNext(body -> body.touch("gathered")) // PLANTED gathered
                .collectList()
                .map(bodies -> String.valueOf(bodies.size())));
    }

    private Publisher<Void> unused(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(
                request.receive().retain().collectList().map(bodies -> String.valueOf(bodies.size())));
    }

    private Publisher<Void> subscribed(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(request.receive().retain().collectList().map(bodies -> {
            int size = 0;
            for (ByteBuf body : bodies) {
                size += body.getByte(0); // PLANTED subscribed
            }
            return String.valueOf(size);
        }));
    }

    /** Posts an order on a connection of its own: a connection holds its last message until the next one. */
    String postAlone(String path) {
        ConnectionProvider alone = ConnectionProvider.create("alone", 1);
        try {
            return post(client(alone), path, "an order").block(BOUND);
        } finally {
            alone.disposeLater().block(BOUND);
        }
    }

    /** The client leaks the answer. */
    Integer leakAnswer() {
        ConnectionProvider alone = ConnectionProvider.create("alone", 1);
        try {
            return client(alone)
                    .post()
                    .uri("/echo")
                    .send(ByteBufFlux.fromString(Mono.just("an order")))
                    .responseContent()
                    .map(answer -> {
                        return answer.retain().readableBytes(); // PLANTED answer
                    })
                    .next()
                    .block(BOUND);
        } finally {
            alone.disposeLater().block(BOUND);
        }
    }

    // ------------------------------------------------------------------------------------------- client

    Mono<String> post(String path, String body) {
        return post(client, path, body);
    }

    private static Mono<String> post(HttpClient http, String path, String body) {
        return http.post()
                .uri(path)
                .send(ByteBufFlux.fromString(Mono.just(body)))
                .responseContent()
                .aggregate()
                .asString();
    }

    /** One of a mix of legal requests. Those that cost the connection are rare, since a handshake is dear. */
    Mono<?> request(int i) {
        return switch (i % 80) {
            case 2 ->
                client.post()
                        .uri("/fails")
                        .send(ByteBufFlux.fromString(Mono.just("x")))
                        .response()
                        .onErrorComplete();
            case 3 ->
                client.get().uri("/stream").responseContent().asByteArray().next();
            case 4 -> client.get().uri("/stream").response();
            case 5 ->
                client.responseTimeout(Duration.ofMillis(50))
                        .get()
                        .uri("/never")
                        .responseContent()
                        .aggregate()
                        .onErrorComplete();
            default ->
                switch (i % 4) {
                    case 0 ->
                        client.get()
                                .uri("/stream")
                                .responseContent()
                                .aggregate()
                                .asByteArray();
                    case 1 -> post("/aggregate", "order " + i);
                    case 2 -> client.get().uri("/nowhere").response();
                    default -> post("/echo", "order " + i);
                };
        };
    }

    void webSockets(int sockets, int frames) {
        for (int s = 0; s < sockets; s++) {
            client.websocket()
                    .uri("/ws")
                    .handle((in, out) -> out.sendString(Flux.range(0, frames).map(i -> "frame " + i))
                            .then()
                            .thenMany(in.receive().asString().take(frames))
                            .then())
                    .blockLast(Duration.ofSeconds(60));
        }
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(30));
        connections.disposeLater().block(Duration.ofSeconds(30));
        for (LoopResources each : List.of(clientLoops, loops)) {
            each.disposeLater(Duration.ZERO, Duration.ofSeconds(10)).block(Duration.ofSeconds(30));
        }
    }
}
