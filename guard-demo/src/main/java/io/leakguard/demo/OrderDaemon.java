package io.leakguard.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leakguard.LeakGuard;
import io.leakguard.report.HtmlReport;
import io.leakguard.telemetry.LeakGuardHealth;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The daemon: takes events over HTTP on loopback and has {@link OrderJobs} do them. */
final class OrderDaemon implements AutoCloseable {

    static final int DONE = 200;
    static final int REJECTED = 422;
    static final int FAILED = 500;
    static final int TIMED_OUT = 504;

    private static final int THREADS = 6;

    private final LeakGuard guard;
    private final OrderJobs jobs;
    private final HttpServer server;
    private final ExecutorService workers;

    OrderDaemon(LeakGuard guard, OrderJobs jobs) throws IOException {
        this.guard = guard;
        this.jobs = jobs;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        workers = guard.wrap(Executors.newFixedThreadPool(THREADS), "http workers");
        server.setExecutor(workers);
        server.createContext("/event", this::handle);
        server.createContext("/health", this::health);
        server.createContext("/leaks", this::leaks);
        server.start();
    }

    URI address(String path) {
        return URI.create("http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort() + path);
    }

    /** For the load balancer: how this process is, and why. */
    private void health(HttpExchange exchange) throws IOException {
        try (exchange) {
            LeakGuardHealth.Health health = LeakGuardHealth.of(guard).check();
            byte[] body = health.toText().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(health.httpStatus(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** For operators: what leaked and what is open, as a page. Here the whole server is on loopback. */
    private void leaks(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] page = HtmlReport.of(guard).toHtml().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = guard.wrap(exchange.getRequestBody(), "request")) {
            String line = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(perform(line), -1);
        }
    }

    private int perform(String line) {
        try {
            jobs.run(Event.parse(line));
            return DONE;
        } catch (SocketTimeoutException e) {
            return TIMED_OUT;
        } catch (OrderJobs.Rejected e) {
            return REJECTED;
        } catch (Exception e) {
            System.err.println("event " + line + " failed: " + e);
            return FAILED;
        }
    }

    @Override
    public void close() throws InterruptedException {
        server.stop(0);
        workers.shutdown();
        if (!workers.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the daemon's workers don't end");
        }
    }
}
