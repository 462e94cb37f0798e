package io.leakguard.it.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.PressureReport;
import io.leakguard.ResourceKind;
import io.leakguard.it.Gc;
import io.leakguard.it.Thing;
import io.leakguard.report.HtmlReport;
import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.Stalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The page as text, and its file. */
class HtmlReportTest {

    private static final ResourceKind LEASE = ResourceKind.of("acme.lease");

    @TempDir
    Path folder;

    /** What must not be collected while a test runs. */
    private final List<Object> held = new ArrayList<>();

    private final LeakGuard guard = LeakGuard.builder()
            .name("orders")
            .capture(CaptureBudget.unlimited())
            .log(false)
            .build();

    @AfterEach
    void close() {
        guard.close();
    }

    private Object hold(Object resource) {
        held.add(resource);
        return resource;
    }

    private static String data(String html) {
        Matcher m = Pattern.compile("(?s)<script type=\"application/json\" id=\"data\">(.*?)</script>")
                .matcher(html);
        assertThat(m.find()).isTrue();
        return m.group(1);
    }

    @Test
    void it_has_what_leaked_and_what_is_open_with_their_lines() {
        guard.track(new Object(), LEASE, "lease of a leaf");
        hold(new Thing(guard, "held on purpose"));
        Gc.settle(guard);

        String data = data(HtmlReport.of(guard).toHtml());

        assertThat(data)
                .contains("\"guard\":\"orders\"", "\"kind\":\"acme.lease\"", "lease of a leaf", "held on purpose")
                .contains("HtmlReportTest.java", "it_has_what_leaked_and_what_is_open_with_their_lines");
    }

    @Test
    void its_policy_allows_exactly_its_own_style_and_script() throws Exception {
        String html = HtmlReport.of(guard).toHtml();

        assertThat(html).contains("default-src 'none'").doesNotContain("unsafe-", " style=\"", "onclick=", "href=");
        assertThat(html)
                .contains("style-src '" + hash(between(html, "<style>", "</style>")) + "'")
                .contains("script-src '" + hash(between(html, "<script>", "</script>")) + "'");
    }

    private static String between(String text, String from, String to) {
        int start = text.indexOf(from) + from.length();
        return text.substring(start, text.indexOf(to, start));
    }

    private static String hash(String content) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }

    @Test
    void hostile_text_is_data_and_nothing_else() {
        String hostile = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \"'`&\u202e\u0000\ud800";
        hold(new Thing(guard, hostile));

        String html = HtmlReport.builder(guard)
                .title(hostile)
                .limit(new HtmlReport.Limit(hostile, OptionalLong.of(1), OptionalLong.of(2), hostile))
                .section(new HtmlReport.Section(hostile, hostile, List.of(hostile), List.of(List.of(hostile))))
                .build()
                .toHtml();

        assertThat(html).doesNotContain("alert(1)</script>", "<img", "<!-- ", "\u202e", "\u0000", "\ud800");
        assertThat(html.split("<script", -1)).hasSize(3);
        assertThat(html.split("</script>", -1)).hasSize(3);
        assertThat(new String(html.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo(html);
    }

    @Test
    void a_thousand_sites_fit_into_two_megabytes() throws Exception {
        try (LeakGuard many = LeakGuard.builder()
                .capture(CaptureBudget.unlimited())
                .appPackages("com.acme.generated")
                .log(false)
                .build()) {
            Sites.openAt(1_000, folder, description -> {
                String full = description + " of customer Müller, with a description of usual length";
                many.track(hold(new Object()), LEASE, full);
                many.track(new Object(), LEASE, full);
            });
            Gc.settle(many);
            assertThat(many.leaks()).hasSizeGreaterThanOrEqualTo(1_000);

            String html = HtmlReport.of(many).toHtml();

            assertThat(html.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(2_000_000);
            assertThat(html).contains("order 999").contains("\"moreLeakSites\":0");
            assertThat(HtmlReport.builder(many).maxSites(10).build().toHtml())
                    .contains("\"moreLeakSites\":" + (many.leaks().size() - 10))
                    .hasSizeLessThan(100_000);
        }
    }

    @Test
    void it_replaces_a_file_at_once_and_makes_missing_folders() throws IOException {
        Path file = folder.resolve("a/b/page.html");
        HtmlReport page = HtmlReport.of(guard);

        page.writeTo(file);
        assertThat(file).content(StandardCharsets.UTF_8).isEqualTo(page.toHtml());
        HtmlReport other = HtmlReport.builder(guard).title("another").build();
        other.writeTo(file);

        assertThat(file).content(StandardCharsets.UTF_8).isEqualTo(other.toHtml());
        assertThat(list(file.getParent())).containsExactly(file);
    }

    @Test
    void it_goes_to_any_appendable() throws IOException {
        StringBuilder out = new StringBuilder();
        HtmlReport page = HtmlReport.of(guard);
        page.appendTo(out);

        assertThat(out).hasToString(page.toHtml());
    }

    @Test
    void a_path_that_can_not_be_written_is_an_error_for_the_caller_that_names_it() throws IOException {
        Path blocking = Files.writeString(folder.resolve("file"), "not a folder");
        HtmlReport page = HtmlReport.of(guard);

        assertThatThrownBy(() -> page.writeTo(folder))
                .isInstanceOf(IOException.class)
                .hasMessage("the report can't be written to " + folder + ": is a directory");
        assertThatThrownBy(() -> page.writeTo(blocking.resolve("page.html")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the report can't be written to " + blocking.resolve("page.html") + ": ");
        assertThat(list(folder)).containsExactly(blocking);
        assertThat(guard.stats().internalErrors()).isZero();
    }

    @Test
    void a_full_disk_is_an_error_for_the_caller_that_says_so() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "no /dev/full here: a full disk can't be had");

        assertThatThrownBy(() -> HtmlReport.of(guard).writeTo(full))
                .isInstanceOf(IOException.class)
                .hasMessage("the report can't be written to /dev/full: No space left on device");
        assertThat(full).exists();
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void a_trace_link_that_is_not_an_address_is_refused() {
        HtmlReport.Builder builder = HtmlReport.builder(guard);
        for (String bad : List.of(
                "javascript:alert('{traceId}')",
                "data:text/html,{traceId}",
                " javascript:alert(1)//{traceId}",
                "java\nscript:{traceId}",
                "//evil.example/{traceId}",
                "/\\evil.example/{traceId}",
                "ftp://traces/{traceId}",
                "https://traces.acme.org/",
                "{traceId}",
                "")) {
            assertThatIllegalArgumentException()
                    .as(bad)
                    .isThrownBy(() -> builder.traceLink(bad))
                    .withMessageContaining("give one like");
        }
        for (String good : List.of(
                "https://traces.acme.org/trace/{traceId}?span={spanId}&at={openedAt}",
                "http://localhost:16686/trace/{traceId}",
                "/trace/{traceId}",
                "../trace/{traceId}",
                "?trace={traceId}",
                "#{traceId}")) {
            builder.traceLink(good);
        }
    }

    @Test
    void a_section_whose_rows_do_not_fit_its_columns_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HtmlReport.Section("tests", "", List.of("a", "b"), List.of(List.of("1"))))
                .withMessageContaining("2 columns");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HtmlReport.Section("tests", "", List.of(), List.of()))
                .withMessageContaining("at least one");
    }

    @Test
    void the_recorder_keeps_a_history_and_ends_with_the_guard() {
        HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard, Duration.ofMillis(10));
        hold(new Thing(guard, "held until the end"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> data(HtmlReport.builder(guard)
                                .recorder(recorder)
                                .build()
                                .toHtml())
                        .matches("(?s).*\"timeline\":\\[(\\[[^]]*],){4}.*"));
        guard.close();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(t -> t.getName().equals("leakguard-recorder-orders")));

        String data = data(HtmlReport.builder(guard).recorder(recorder).build().toHtml());

        assertThat(data).contains("\"on\":0", "held until the end");
    }

    @Test
    void the_page_says_which_limits_are_close_as_the_watch_last_told() {
        HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard);
        recorder.onPressure(pressure(PressureReport.Area.FILE_DESCRIPTORS, PressureReport.Level.WARNING, "first"));
        recorder.onPressure(pressure(PressureReport.Area.FILE_DESCRIPTORS, PressureReport.Level.CRITICAL, "newest"));
        recorder.onPressure(pressure(PressureReport.Area.THREADS, PressureReport.Level.NORMAL, "well again"));

        String data = data(HtmlReport.builder(guard).recorder(recorder).build().toHtml());

        assertThat(data).contains("newest", "\"left\":60000").doesNotContain("\"first\"", "well again");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_page_has_rows_for_memory_and_stalls_and_with_a_watch_the_parts_of_the_memory() {
        String plain = data(HtmlReport.of(guard).toHtml());
        assertThat(plain).containsPattern("\"name\":\"(process memory|memory of the container)\",\"used\":[1-9]");
        if (Stalls.read().memory().isPresent()) {
            assertThat(plain).contains("\"name\":\"waiting for memory, of the last minute\"");
        }
        try (ResourceWatch watch = ResourceWatch.start(guard)) {
            assertThat(watch.status().memory().parts()).isNotEmpty();
            assertThat(data(HtmlReport.builder(guard).watch(watch).build().toHtml()))
                    .contains("\"title\":\"Process memory\"")
                    .containsPattern("\\[\"heap\",\"[0-9]+\"\\]")
                    .containsPattern("\\[\"native, unknown\",\"[0-9]+\"\\]")
                    .contains("deleted and still open");
        }
    }

    private static PressureReport pressure(PressureReport.Area area, PressureReport.Level level, String summary) {
        return new PressureReport(
                area,
                level,
                Instant.now(),
                summary,
                OptionalLong.of(9),
                OptionalLong.of(10),
                OptionalDouble.empty(),
                Optional.of(Duration.ofMinutes(1)),
                List.of(),
                List.of(),
                OptionalLong.empty(),
                "");
    }

    @Test
    void a_recording_interval_that_makes_no_sense_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HtmlReport.Recorder.start(guard, Duration.ZERO))
                .withMessageContaining("give a time from 10 ms");
    }

    @Test
    void a_guard_with_a_report_file_writes_it_when_it_is_closed() throws IOException {
        Path file = folder.resolve("target/page.html");
        LeakTracker open;
        Object handle = hold(new Object());
        try (LeakGuard own = LeakGuard.builder().log(false).reportFile(file).build()) {
            open = own.track(handle, LEASE, "open at the end");
            assertThat(file).doesNotExist();
        }

        assertThat(Files.readString(file)).contains("open at the end", "\"on\":0");
        assertThat(open).isNotNull();
    }

    @Test
    void a_guard_with_a_report_file_writes_it_at_its_signal() throws Exception {
        Path file = folder.resolve("page.html");
        try (LeakGuard own = LeakGuard.builder()
                .log(false)
                .reportFile(file)
                .dumpOnSignal("CONT")
                .build()) {
            own.track(hold(new Object()), LEASE, "open at the signal");
            Process kill = new ProcessBuilder(
                            "kill",
                            "-CONT",
                            Long.toString(ProcessHandle.current().pid()))
                    .inheritIO()
                    .start();
            assertThat(kill.waitFor()).isZero();

            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file));

            assertThat(file).content().contains("open at the signal", "\"on\":1");
        }
    }

    @Test
    void a_report_file_that_can_not_be_written_harms_nobody() throws IOException {
        Path blocking = Files.writeString(folder.resolve("file"), "not a folder");
        LeakGuard own = LeakGuard.builder()
                .log(false)
                .reportFile(blocking.resolve("page.html"))
                .build();
        own.close();

        assertThat(own.isEnabled()).isFalse();
        assertThat(own.stats().internalErrors()).isZero();
    }

    @Test
    void a_disabled_guard_has_a_page_too() {
        assertThat(data(HtmlReport.of(LeakGuard.disabled()).toHtml()))
                .contains("\"guard\":\"disabled\"", "\"leaks\":[]");
    }

    @Test
    void frames_of_the_application_are_told_from_those_of_libraries() {
        assertThat(guard.isApplicationFrame(new StackTraceElement("com.acme.Orders", "find", "Orders.java", 1)))
                .isTrue();
        assertThat(guard.isApplicationFrame(new StackTraceElement("java.lang.Thread", "run", "Thread.java", 1)))
                .isFalse();
        assertThat(guard.isApplicationFrame(
                        new StackTraceElement("io.leakguard.LeakGuard", "track", "LeakGuard.java", 1)))
                .isFalse();
    }
}
