package io.leakguard.it.telemetry;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.it.Leaks;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.leakguard.watch.ResourceWatch;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A daemon with a leak, an open resource and a few closed ones, whose metrics the SDK's Prometheus exporter serves. */
final class Exposition implements AutoCloseable {

    static final ResourceKind KIND = ResourceKind.of("test.prometheus");

    final int port;
    private final OpenTelemetrySdk sdk;
    private final LeakGuard guard = LeakGuard.builder().log(false).build();
    private final LeakListener.Registration registration;
    private final ResourceWatch watch;
    private final LeakListener.Registration watching;
    private final Object handle = new Object();
    private final LeakTracker open;

    Exposition() throws IOException {
        port = freePort();
        sdk = OpenTelemetrySdk.builder()
                .setMeterProvider(SdkMeterProvider.builder()
                        .registerMetricReader(PrometheusHttpServer.builder()
                                .setHost("127.0.0.1")
                                .setPort(port)
                                .build())
                        .build())
                .build();
        LeakGuardTelemetry telemetry = LeakGuardTelemetry.create(sdk);
        registration = telemetry.install(guard);
        watch = ResourceWatch.start(guard);
        watching = telemetry.install(watch);
        for (int i = 0; i < 5; i++) {
            guard.track(handle, KIND).close();
        }
        open = guard.track(handle, KIND);
        Leaks.forget(guard, KIND, "");
        Leaks.gcUntil(() -> guard.stats().leaked() == 1);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    String scrape() throws IOException, InterruptedException {
        return get("http://127.0.0.1:" + port + "/metrics");
    }

    @Override
    public void close() {
        open.close();
        watching.close();
        watch.close();
        registration.close();
        guard.close();
        sdk.close();
    }
}
