package io.leakguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.LeakReport;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** A real application, started on a port, and what its guard reports. */
final class Application implements AutoCloseable, LeakListener {

    static final Duration BOUND = Duration.ofSeconds(60);

    private static final ResourceKind SENTINEL = ResourceKind.of("test.sentinel");

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<LeakReport> reports = new CopyOnWriteArrayList<>();
    private final List<OpenResources> atShutdown = new CopyOnWriteArrayList<>();
    private final ConfigurableApplicationContext context;

    private Application(Class<?> type, WebApplicationType web, String... properties) {
        SpringApplication boot = new SpringApplication(type);
        boot.setWebApplicationType(web);
        boot.setRegisterShutdownHook(false);
        boot.addInitializers(context ->
                ((GenericApplicationContext) context).registerBean("recorder", LeakListener.class, () -> this));
        List<String> arguments = new ArrayList<>();
        for (String property : properties) {
            arguments.add("--" + property);
        }
        context = boot.run(arguments.toArray(String[]::new));
    }

    static Application start(Class<?> type, WebApplicationType web, String... properties) {
        return new Application(type, web, properties);
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    LeakGuard guard() {
        return context.getBean(LeakGuard.class);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path));
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    String body(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Override
    public void onLeak(LeakReport report) {
        if (!report.kind().equals(SENTINEL)) {
            reports.add(report);
        }
    }

    @Override
    public void onOpenAtShutdown(OpenResources open) {
        atShutdown.add(open);
    }

    List<LeakReport> reports() {
        return List.copyOf(reports);
    }

    List<OpenResources> atShutdown() {
        return List.copyOf(atShutdown);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        reports.forEach(r -> text.append(r.toText()).append('\n'));
        return text.toString();
    }

    static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(BOUND)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    System.gc();
                    return condition.call();
                });
    }

    /** Waits until each object that was unreachable before this call has been collected and reported. */
    void settle() {
        LeakGuard guard = guard();
        for (int i = 0; i < 2; i++) {
            long before = guard.stats().of(SENTINEL).collected();
            guard.track(new Object(), SENTINEL);
            until(() -> guard.stats().of(SENTINEL).collected() > before);
            assertThat(guard.flush(BOUND)).isTrue();
        }
    }

    LeakReport awaitReport(String text) {
        Awaitility.await()
                .atMost(BOUND)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    System.gc();
                    assertThat(text()).contains(text);
                });
        return reports.stream()
                .filter(r -> r.toText().contains(text))
                .findFirst()
                .orElseThrow();
    }

    void assertQuiet() {
        settle();
        assertThat(reports).as(this::text).isEmpty();
        assertThat(guard().stats().internalErrors()).isZero();
    }

    /** Returns a planted line as a stack trace shows it: {@code (Orders.java:42)}. */
    static String line(Class<?> in, String name) throws Exception {
        Class<?> top = in;
        while (top.getEnclosingClass() != null) {
            top = top.getEnclosingClass();
        }
        String file = top.getSimpleName() + ".java";
        List<String> lines = Files.readAllLines(
                Path.of(
                        System.getProperty("planted.sources", "src/test/java"),
                        top.getPackageName().replace('.', '/'),
                        file),
                StandardCharsets.UTF_8);
        int[] found = IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).endsWith("// PLANTED " + name))
                .toArray();
        assertThat(found).as(name).hasSize(1);
        return "(" + file + ":" + (found[0] + 1) + ")";
    }

    @Override
    public void close() {
        context.close();
    }
}
