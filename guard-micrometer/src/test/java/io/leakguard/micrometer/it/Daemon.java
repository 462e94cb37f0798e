package io.leakguard.micrometer.it;

import com.sun.net.httpserver.HttpServer;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.micrometer.LeakGuardMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** A daemon with a leak, an open resource and a few closed ones, whose metrics Micrometer's Prometheus registry serves. */
final class Daemon implements AutoCloseable {

    static final ResourceKind KIND = ResourceKind.of("test.prometheus");

    final int port;
    private final HttpServer server;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final LeakGuard guard = LeakGuard.builder().log(false).build();
    private final LeakGuardMetrics metrics = LeakGuardMetrics.of(guard);
    private final Object handle = new Object();
    private final LeakTracker open;

    Daemon() throws IOException {
        metrics.bindTo(registry);
        for (int i = 0; i < 5; i++) {
            guard.track(handle, KIND).close();
        }
        open = guard.track(handle, KIND);
        Leaks.forget(guard, KIND, "");
        Leaks.gcUntil(() -> guard.stats().leaked() == 1);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] body = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        port = server.getAddress().getPort();
        scrape(); // the kind is new to the registry
    }

    static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    String scrape() throws IOException {
        try {
            return get("http://127.0.0.1:" + port + "/metrics");
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        open.close();
        metrics.close();
        guard.close();
        registry.close();
    }
}
