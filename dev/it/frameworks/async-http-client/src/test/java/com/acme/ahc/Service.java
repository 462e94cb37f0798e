package com.acme.ahc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.leakguard.frameworks.Tls;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.asynchttpclient.AsyncCompletionHandlerBase;
import org.asynchttpclient.AsyncHandler;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.AsyncHttpClientConfig.ResponseBodyPartFactory;
import org.asynchttpclient.DefaultAsyncHttpClientConfig;
import org.asynchttpclient.Dsl;
import org.asynchttpclient.HttpResponseBodyPart;
import org.asynchttpclient.HttpResponseStatus;
import org.asynchttpclient.ListenableFuture;

/** AsyncHttpClient, and the JDK's HTTP server, over loopback. */
final class Service implements AutoCloseable {

    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpServer server;
    final AsyncHttpClient client;
    private final String base;

    Service(boolean tls, ResponseBodyPartFactory parts) throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (tls) {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(Tls.keyManagers().getKeyManagers(), null, null);
            HttpsServer https = HttpsServer.create(address, 0);
            https.setHttpsConfigurator(new HttpsConfigurator(context));
            server = https;
        } else {
            server = HttpServer.create(address, 0);
        }
        server.setExecutor(threads);
        server.createContext(
                "/echo", exchange -> answer(exchange, exchange.getRequestBody().readAllBytes()));
        server.createContext("/stream", exchange -> answer(exchange, new byte[16_384]));
        server.createContext("/slow", Service::slow);
        server.start();
        base = (tls ? "https" : "http") + "://127.0.0.1:" + server.getAddress().getPort();
        client = newClient(parts);
    }

    static AsyncHttpClient newClient(ResponseBodyPartFactory parts) {
        DefaultAsyncHttpClientConfig.Builder config = Dsl.config()
                .setUseInsecureTrustManager(true)
                .setIoThreadsCount(2)
                .setMaxConnections(4)
                .setAcquireFreeChannelTimeout(60_000)
                .setResponseBodyPartFactory(parts)
                .setShutdownQuietPeriod(Duration.ZERO)
                .setShutdownTimeout(Duration.ofSeconds(10));
        return Dsl.asyncHttpClient(config); // PLANTED client
    }

    private static void answer(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static void slow(HttpExchange exchange) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answer(exchange, new byte[1]);
    }

    // ------------------------------------------------------------------------------------------- legal

    /** One of a mix of legal requests. */
    void request(int i) throws Exception {
        switch (i % 80) {
            case 2 ->
                client.prepareGet(base + "/stream").execute(new Aborting()).get(60, TimeUnit.SECONDS);
            case 3 -> timesOut();
            default -> {
                ListenableFuture<?> future = switch (i % 4) {
                    case 0 -> client.prepareGet(base + "/stream").execute();
                    case 1 -> client.prepareGet(base + "/nowhere").execute();
                    default ->
                        client.preparePost(base + "/echo").setBody("order " + i).execute();
                };
                future.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private void timesOut() throws InterruptedException {
        try {
            client.prepareGet(base + "/slow")
                    .setRequestTimeout(Duration.ofMillis(50))
                    .execute()
                    .get();
        } catch (ExecutionException e) {
            return;
        }
        throw new AssertionError("no time-out");
    }

    private static final class Aborting extends AsyncCompletionHandlerBase {
        @Override
        public AsyncHandler.State onStatusReceived(HttpResponseStatus status) throws Exception {
            super.onStatusReceived(status);
            return AsyncHandler.State.ABORT;
        }
    }

    // ------------------------------------------------------------------------------------------- bugs

    void keepsPart() throws Exception {
        client.prepareGet(base + "/stream").execute(new Keeping()).get(60, TimeUnit.SECONDS);
    }

    private static final class Keeping extends AsyncCompletionHandlerBase {
        @Override
        public AsyncHandler.State onBodyPartReceived(HttpResponseBodyPart part) {
            ByteBuf body = part.getBodyByteBuf().retain(); // PLANTED part
            return body.isReadable() ? AsyncHandler.State.CONTINUE : AsyncHandler.State.ABORT;
        }
    }

    void get(AsyncHttpClient other) throws Exception {
        other.prepareGet(base + "/stream").execute().get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.stop(0);
        threads.shutdown();
    }
}
