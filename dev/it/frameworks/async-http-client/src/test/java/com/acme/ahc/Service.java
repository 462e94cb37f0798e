package com.acme.ahc;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.asynchttpclient.AsyncCompletionHandlerBase;
import org.asynchttpclient.AsyncHandler;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.AsyncHttpClientConfig.ResponseBodyPartFactory;
import org.asynchttpclient.DefaultAsyncHttpClientConfig;
import org.asynchttpclient.Dsl;
import org.asynchttpclient.HttpResponseBodyPart;
import org.asynchttpclient.HttpResponseStatus;
import org.asynchttpclient.ListenableFuture;

/** AsyncHttpClient, and a server, over loopback. */
final class Service implements AutoCloseable {

    private static final int CONNECTIONS = 4;

    private final Server server;
    final AsyncHttpClient client;
    private final String base;

    Service(boolean tls, ResponseBodyPartFactory parts) throws Exception {
        server = new Server(tls);
        base = (tls ? "https" : "http") + "://127.0.0.1:" + server.port();
        client = newClient(parts);
    }

    static AsyncHttpClient newClient(ResponseBodyPartFactory parts) {
        DefaultAsyncHttpClientConfig.Builder config = Dsl.config()
                .setUseInsecureTrustManager(true)
                .setIoThreadsCount(2)
                .setMaxConnections(CONNECTIONS)
                .setAcquireFreeChannelTimeout(60_000)
                .setResponseBodyPartFactory(parts)
                .setShutdownQuietPeriod(Duration.ZERO)
                .setShutdownTimeout(Duration.ofSeconds(10));
        return Dsl.asyncHttpClient(config); // PLANTED client
    }

    // ------------------------------------------------------------------------------------------- legal

    /** Sends a mix of legal requests, four at once. */
    void requests(int count) throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<?>> sending = new ArrayList<>();
            for (int sender = 0; sender < CONNECTIONS; sender++) {
                int first = sender;
                sending.add(senders.submit(() -> {
                    for (int i = first; i < count; i += CONNECTIONS) {
                        request(i);
                    }
                    return null;
                }));
            }
            for (Future<?> each : sending) {
                each.get();
            }
        } finally {
            senders.shutdown();
        }
    }

    private void request(int i) throws Exception {
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
            client.prepareGet(base + "/never")
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

    Object keepsPart() throws Exception {
        return client.prepareGet(base + "/stream").execute(new Keeping()).get(60, TimeUnit.SECONDS);
    }

    private static final class Keeping extends AsyncCompletionHandlerBase {
        @Override
        public AsyncHandler.State onBodyPartReceived(HttpResponseBodyPart part) {
            ByteBuf body = part.getBodyByteBuf().retain(); // PLANTED part
            return body.isReadable() ? AsyncHandler.State.CONTINUE : AsyncHandler.State.ABORT;
        }
    }

    Object get() throws Exception {
        return get(client);
    }

    Object get(AsyncHttpClient other) throws Exception {
        return other.prepareGet(base + "/stream").execute().get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.close();
    }
}
