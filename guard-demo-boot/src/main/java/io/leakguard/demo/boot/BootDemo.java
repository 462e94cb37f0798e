package io.leakguard.demo.boot;

import com.acme.shop.Shop;
import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Sends the application's legal requests, which must cause no report, then triggers its bugs, each of which must be
 * found at its line, with its route. If one of these fails, it prints a line that starts with BAD and ends with 1.
 */
public final class BootDemo {

    private static final List<String> LEGAL = List.of(
            "/save/%d", "/view/%d", "/rollback/%d", "/stream/%d", "/rows/%d", "/files/%d", "/client/%d?port=PORT");

    /** The mark of each bug's line, by the route that triggers it. */
    private static final Map<String, String> BUGS = bugs();

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ResourceKind SENTINEL = ResourceKind.of("demo.sentinel");
    private static final int AT_ONCE = 8;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private final List<LeakReport> expected = new ArrayList<>();
    private final List<String> bad = new ArrayList<>();
    private final LeakGuard guard;
    private final String port;

    private BootDemo(ConfigurableApplicationContext context) {
        guard = context.getBean(LeakGuard.class);
        port = String.valueOf(context.getEnvironment().getProperty("local.server.port"));
        guard.addListener(report -> {
            if (!report.kind().equals(SENTINEL)) {
                reports.add(report);
            }
        });
    }

    private static final String BODY = "/leak/body/{id}";

    private static Map<String, String> bugs() {
        Map<String, String> bugs = new LinkedHashMap<>();
        bugs.put("/leak/repository/{id}", "leakRepository");
        bugs.put("/leak/rows/{id}", "leakRows");
        bugs.put("/leak/utils/{id}", "leakUtils");
        bugs.put("/leak/manager/{id}", "leakManager");
        bugs.put("/leak/files/{id}", "leakFiles");
        bugs.put(BODY, "leakBody");
        return bugs;
    }

    /**
     * Runs the demo.
     *
     * @param arguments arguments of the application
     * @throws Exception if it can't be run
     */
    public static void main(String[] arguments) throws Exception {
        int code;
        try (ConfigurableApplicationContext context = SpringApplication.run(Shop.class, arguments)) {
            code = new BootDemo(context).run(Integer.getInteger("demo.requests", 20_000));
        }
        System.exit(code);
    }

    private int run(int requests) throws Exception {
        long began = System.nanoTime();
        for (int i = 0; i < requests; i += AT_ONCE) {
            List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
            for (int k = i; k < Math.min(i + AT_ONCE, requests); k++) {
                sent.add(send(LEGAL.get(k % LEGAL.size()).formatted(k)));
            }
            for (CompletableFuture<HttpResponse<String>> answer : sent) {
                HttpResponse<String> done = answer.get();
                if (done.statusCode() != (done.uri().getPath().startsWith("/rollback") ? 500 : 200)) {
                    bad.add(done.uri() + " was answered by " + done.statusCode() + ": " + done.body());
                }
            }
        }
        settle();
        System.out.printf(
                "%,d legal requests in %d s: %d reports, %,d resources opened%n",
                requests,
                Duration.ofNanos(System.nanoTime() - began).toSeconds(),
                reports.size(),
                guard.stats().opened());
        reports.forEach(report -> bad.add("legal use was reported:\n" + report.toText()));
        for (String route : BUGS.keySet()) {
            leak(route);
        }
        settle();
        leak(BODY); // once such a leak was found, the next one has the line
        settle();
        BUGS.forEach(this::check);
        reports.removeAll(expected);
        reports.forEach(report -> bad.add("nobody planted this:\n" + report.toText()));
        page();
        bad.forEach(line -> System.out.println("BAD: " + line));
        System.out.println(
                bad.isEmpty() ? "all leaks found at their lines, nothing else reported" : "not as it should be");
        return bad.isEmpty() ? 0 : 1;
    }

    private CompletableFuture<HttpResponse<String>> send(String path) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path.replace("PORT", port)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void leak(String route) throws Exception {
        HttpResponse<String> answer = send(route.replace("{id}", "4711") + (route.equals(BODY) ? "?port=PORT" : ""))
                .get();
        if (answer.statusCode() != 200) {
            bad.add(route + " was answered by " + answer.statusCode() + ": " + answer.body());
        }
    }

    private void check(String route, String method) {
        try {
            Planted planted = Planted.in(method);
            List<LeakReport> found = reports.stream()
                    .filter(report -> report.kind().name().equals(planted.kind()))
                    .filter(report -> route.equals(BODY) || report.siteText().contains(planted.line()))
                    .toList();
            expected.addAll(found);
            LeakReport report = found.stream()
                    .filter(one -> one.toText().contains(planted.line()))
                    .findFirst()
                    .orElse(null);
            if (report == null) {
                bad.add(route + " was not found at " + planted.line());
                return;
            }
            System.out.printf("found %-16s %s · scope %s%n", report.kind().name(), planted.line(), report.scopes());
            for (LeakReport one : found) {
                if (!one.scopes().equals(List.of("GET " + route))) {
                    bad.add(route + " was found in scope " + one.scopes());
                }
            }
        } catch (IOException e) {
            bad.add(e.toString());
        }
    }

    private void page() throws Exception {
        String json = send("/actuator/leaks").get().body();
        if (!json.contains("GET /leak/files/{id}")) {
            bad.add("/actuator/leaks tells nothing of /leak/files: " + json);
        }
    }

    /** Waits until all objects that are unreachable now have been collected and reported. */
    private void settle() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            long before = guard.stats().of(SENTINEL).collected();
            guard.track(new Object(), SENTINEL);
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (guard.stats().of(SENTINEL).collected() == before) {
                if (System.nanoTime() > end) {
                    bad.add("the garbage collector took nothing in " + PATIENCE);
                    return;
                }
                System.gc();
                guard.awaitCollection(Duration.ofMillis(200));
            }
            guard.flush(PATIENCE);
        }
    }
}
