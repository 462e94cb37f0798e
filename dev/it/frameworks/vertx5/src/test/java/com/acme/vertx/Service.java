package com.acme.vertx;

import io.leakguard.frameworks.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server and a client of Vert.x over loopback. */
final class Service implements AutoCloseable {

    enum Kind {
        HTTP_1_1(false, false),
        TLS(true, false),
        H2C(false, true),
        H2(true, true);

        private final boolean tls;
        private final boolean http2;

        Kind(boolean tls, boolean http2) {
            this.tls = tls;
            this.http2 = http2;
        }
    }

    private static Path keys;

    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2));
    final HttpClient client;
    final WebSocketClient webSockets;
    final int port;

    Service(Kind kind) throws Exception {
        HttpServerOptions server = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
        HttpClientOptions http = new HttpClientOptions()
                .setDefaultHost("127.0.0.1")
                .setProtocolVersion(kind.http2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
        WebSocketClientOptions sockets = new WebSocketClientOptions().setDefaultHost("127.0.0.1");
        if (kind.tls) {
            server.setSsl(true)
                    .setUseAlpn(kind.http2)
                    .setKeyCertOptions(
                            new PfxOptions().setPath(keys().toString()).setPassword(Tls.PASSWORD));
            http.setSsl(true).setUseAlpn(kind.http2).setTrustAll(true).setVerifyHost(false);
            sockets.setSsl(true).setTrustAll(true).setVerifyHost(false);
        }
        port = get(vertx.createHttpServer(server)
                        .requestHandler(this::handle)
                        .webSocketHandler(Service::echo)
                        .listen())
                .actualPort();
        client = vertx.createHttpClient(http);
        webSockets = vertx.createWebSocketClient(sockets);
    }

    private static synchronized Path keys() throws Exception {
        if (keys == null) {
            keys = Tls.keyStore();
        }
        return keys;
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    // ------------------------------------------------------------------------------------------- legal

    private void handle(HttpServerRequest request) {
        switch (request.path()) {
            case "/echo" -> {
                request.response().setChunked(true);
                request.pipeTo(request.response());
            }
            case "/aggregate" ->
                request.body()
                        .onSuccess(
                                body -> request.response().end(body.toString().toUpperCase(Locale.ROOT)));
            case "/stream" -> {
                request.response().setChunked(true);
                for (int i = 0; i < 16; i++) {
                    request.response().write(Buffer.buffer(new byte[1024]));
                }
                request.response().end();
            }
            case "/never" -> request.resume();
            case "/fails" -> {
                request.response().setStatusCode(500).end(); // before the body was read
                throw new IllegalStateException("on purpose");
            }
            case "/leak/allocated" -> allocated(request);
            default -> request.response().setStatusCode(404).end();
        }
    }

    private static void echo(ServerWebSocket socket) {
        socket.textMessageHandler(socket::writeTextMessage);
    }

    // ------------------------------------------------------------------------------------------- bugs

    private static void allocated(HttpServerRequest request) {
        ByteBuf page = PooledByteBufAllocator.DEFAULT.directBuffer(256).writeZero(200); // PLANTED allocated
        request.response().end(String.valueOf(page.readableBytes()));
    }

    // ------------------------------------------------------------------------------------------- client

    Future<Buffer> send(HttpMethod method, String path, String body) {
        return client.request(method, port, "127.0.0.1", path)
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(HttpClientResponse::body);
    }

    private Future<?> request(int i) {
        return switch (i % 80) {
            case 2 -> send(HttpMethod.POST, "/fails", "x");
            case 3 ->
                client.request(HttpMethod.GET, port, "127.0.0.1", "/never").compose(request -> {
                    vertx.setTimer(20, timer -> request.reset());
                    return request.send();
                });
            default ->
                switch (i % 4) {
                    case 0 -> send(HttpMethod.GET, "/stream", "");
                    case 1 -> send(HttpMethod.POST, "/aggregate", "order " + i);
                    case 2 -> send(HttpMethod.GET, "/nowhere", "");
                    default -> send(HttpMethod.POST, "/echo", "order " + i);
                };
        };
    }

    /** Sends a mix of legal requests. Returns how many were answered. */
    int requests(int count) throws InterruptedException {
        Semaphore permits = new Semaphore(8);
        AtomicInteger answered = new AtomicInteger();
        for (int i = 0; i < count; i++) {
            if (!permits.tryAcquire(60, TimeUnit.SECONDS)) {
                throw new AssertionError("no answer in 60 s, after " + answered);
            }
            request(i).onComplete(result -> {
                if (result.succeeded()) {
                    answered.incrementAndGet();
                }
                permits.release();
            });
        }
        if (!permits.tryAcquire(8, 60, TimeUnit.SECONDS)) {
            throw new AssertionError("no answer in 60 s, after " + answered);
        }
        return answered.get();
    }

    void frames(int count) throws Exception {
        io.vertx.core.http.WebSocket socket = get(webSockets.connect(port, "127.0.0.1", "/"));
        Semaphore received = new Semaphore(0);
        socket.textMessageHandler(text -> received.release());
        for (int i = 0; i < count; i++) {
            get(socket.writeTextMessage("frame " + i));
        }
        if (!received.tryAcquire(count, 60, TimeUnit.SECONDS)) {
            throw new AssertionError("not all frames came back");
        }
        get(socket.close());
    }

    @Override
    public void close() throws Exception {
        get(vertx.close());
    }
}
