package io.leakguard.it.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.LeakTracker;
import io.leakguard.PressureReport;
import io.leakguard.ResourceKind;
import io.leakguard.it.Gc;
import io.leakguard.report.HtmlReport;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in a real browser, opened from disk. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HtmlReportBrowserTest {

    private static final ResourceKind CONNECTION = ResourceKind.of("jdbc.connection");
    private static final ResourceKind STATEMENT = ResourceKind.of("jdbc.prepared_statement");
    private static final String HOSTILE =
            "<img src=x onerror=alert(1)></script><script>document.title='pwned'</script>\"'&\u202etxt";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    /** What the pages show as open. */
    private static final List<Object> HELD = new ArrayList<>();

    @TempDir
    private static Path folder;

    private static Browser browser;
    private static Path page;
    private static Path large;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start(folder.resolve("profile"));
        page = folder.resolve("page.html");
        large = folder.resolve("large.html");
        writePage();
        writeLargePage();
    }

    @AfterAll
    static void stop() {
        HELD.clear();
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openPage() {
        browser.print(false);
        browser.theme("light");
        browser.size(1280, 900);
        browser.open(page);
    }

    private static void writePage() throws Exception {
        try (LeakGuard guard = LeakGuard.builder()
                .name("orders")
                .capture(CaptureBudget.unlimited())
                .growthInterval(Duration.ZERO)
                .overdueAfter(ResourceKind.EXECUTOR, Duration.ofMillis(1))
                .log(false)
                .build()) {
            HtmlReport.Recorder recorder = HtmlReport.Recorder.start(guard, Duration.ofMillis(50));
            Orders orders = new Orders(guard);
            SpanContext span =
                    SpanContext.create(TRACE, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());
            try (LeakScope scope = guard.openScope("event-8841");
                    Scope traced = Span.wrap(span).makeCurrent()) {
                orders.findOpen();
                assertThat(scope.toString()).isNotNull();
                assertThat(traced).isNotNull();
            }
            for (int i = 0; i < 40; i++) {
                orders.importFile("orders-" + i + ".csv");
                if (i % 3 == 0) {
                    HELD.add(orders.archive(i));
                }
                HELD.add(orders.watchQueue(i));
                recorder.sample();
            }
            for (int i = 0; i < 5; i++) {
                orders.probe();
            }
            HELD.add(orders.pool());
            Thread thread = new Thread(orders::importHostile, HOSTILE);
            thread.start();
            thread.join();
            Gc.settle(guard);
            Gc.until(() -> guard.leaks().stream().anyMatch(l -> l.kind() == ResourceKind.EXECUTOR));
            recorder.onPressure(new PressureReport(
                    PressureReport.Area.FILE_DESCRIPTORS,
                    PressureReport.Level.WARNING,
                    Instant.now(),
                    HOSTILE,
                    OptionalLong.of(9),
                    OptionalLong.of(10),
                    OptionalDouble.empty(),
                    Optional.of(Duration.ofMinutes(12)),
                    List.of(),
                    List.of(),
                    OptionalLong.empty(),
                    "close them"));
            HtmlReport.builder(guard)
                    .title("orders daemon")
                    .traceLink("https://traces.example/trace/{traceId}?span={spanId}")
                    .limit(new HtmlReport.Limit(
                            "ephemeral ports", OptionalLong.of(24_010), OptionalLong.of(28_232), ""))
                    .section(new HtmlReport.Section(
                            "Leaks by test",
                            "One row for each test that leaked.",
                            List.of("Test", "Leaked"),
                            List.of(List.of("OrderTest.finds_open_orders", "12"), List.of(HOSTILE, "3"))))
                    .recorder(recorder)
                    .build()
                    .writeTo(page);
        }
    }

    private static void writeLargePage() throws Exception {
        try (LeakGuard guard = LeakGuard.builder()
                .capture(CaptureBudget.unlimited())
                .appPackages("com.acme.generated")
                .log(false)
                .build()) {
            Sites.openAt(1_000, folder.resolve("classes"), description -> {
                Object handle = new Object();
                HELD.add(handle);
                guard.track(handle, CONNECTION, description);
                guard.track(new Object(), ResourceKind.FILE_INPUT, description);
            });
            Gc.settle(guard);
            HtmlReport.of(guard).writeTo(large);
        }
    }

    /** What the daemon does. */
    private static final class Orders {
        private final LeakGuard guard;

        Orders(LeakGuard guard) {
            this.guard = guard;
        }

        void findOpen() {
            Object connection = new Object();
            try {
                LeakTracker tracker = guard.track(connection, CONNECTION, "jdbc:postgresql://db/orders");
                tracker.touch("commit");
                guard.track(new Object(), STATEMENT, "select * from orders where state = ?", tracker, null);
            } finally {
                Reference.reachabilityFence(connection);
            }
        }

        void importFile(String name) {
            guard.track(new Object(), ResourceKind.FILE_INPUT, name);
        }

        void importHostile() {
            guard.track(new Object(), ResourceKind.FILE_OUTPUT, HOSTILE);
        }

        void probe() {
            guard.track(new Object(), ResourceKind.SOCKET, "peer:7000");
        }

        Object archive(int day) {
            Object handle = new Object();
            guard.track(handle, ResourceKind.FILE_CHANNEL, "archive-" + day + ".log");
            return handle;
        }

        Object watchQueue(int queue) {
            Object handle = new Object();
            guard.track(handle, ResourceKind.SOCKET_CHANNEL, "queue-" + queue);
            return handle;
        }

        Object pool() {
            Object handle = new Object();
            guard.track(handle, ResourceKind.EXECUTOR, "mail workers");
            return handle;
        }
    }

    private static List<String> column(String name) {
        return browser.texts("#leaks tbody td[data-name='" + name + "']");
    }

    private static void choose(int select, String value) {
        browser.all("#leaks select")
                .get(select)
                .findElement(By.cssSelector("option[value='" + value + "']"))
                .click();
    }

    private static WebElement heading(String name) {
        return browser.all("#leaks th button").stream()
                .filter(b -> b.getText().startsWith(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void it_opens_from_disk_without_a_complaint_and_loads_nothing() {
        browser.console();
        browser.open(page);

        assertThat(browser.console()).isEmpty();
        assertThat(browser.js("return performance.getEntriesByType('resource').length"))
                .isEqualTo(0L);
        assertThat(browser.js("return document.title")).isEqualTo("orders daemon");
    }

    @Test
    void the_verdict_comes_first() {
        assertThat(browser.one("main > :first-child").getText())
                .contains("leaked from")
                .contains("leaked, proven")
                .contains("suspected")
                .contains("file descriptors")
                .contains("ephemeral ports: 24,010 of 28,232")
                .contains("Close to a limit", "time left at this rate: 00:12:00", "close them");
    }

    @Test
    void leaks_are_sorted_by_count_and_by_whatever_heading_is_clicked() {
        assertThat(column("Count").get(0)).isEqualTo("40");
        assertThat(browser.one("#leaks th[aria-sort=descending]").getText()).startsWith("Count");

        heading("Kind").click();
        assertThat(column("Kind")).isSorted().hasSizeGreaterThan(3);
        heading("Kind").sendKeys(Keys.ENTER);
        assertThat(column("Kind")).isSortedAccordingTo(java.util.Comparator.reverseOrder());
        assertThat(browser.one("#leaks th[aria-sort=descending]").getText()).startsWith("Kind");
    }

    @Test
    void leaks_are_filtered_by_words_by_kind_and_by_cause() {
        int all = browser.all("#leaks tr.row").size();
        WebElement search = browser.one("#leaks input[type=search]");

        search.sendKeys("EVENT-8841");
        assertThat(column("Kind")).contains("jdbc.connection").doesNotContain("socket");
        search.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        assertThat(browser.all("#leaks tr.row")).hasSize(all);
        search.sendKeys("importFile orders-");
        assertThat(column("Kind")).containsOnly("file.input");
        search.sendKeys(" nowhere");
        assertThat(browser.one("#leaks tbody").getText()).isEqualTo("Nothing matches.");
        search.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);

        choose(0, "socket");
        assertThat(column("Kind")).containsOnly("socket");
        assertThat(browser.one("#leaks [role=status]").getText())
                .startsWith("1 path of")
                .endsWith("5 in all");
        choose(0, "");
        choose(1, "OVERDUE");
        assertThat(column("Kind")).containsOnly("executor");
    }

    @Test
    void a_leak_opens_by_keyboard_to_everything_that_is_known_of_it() {
        browser.one("#leaks input[type=search]").sendKeys("jdbc.connection");
        WebElement button = browser.one("#leaks td.open button");
        assertThat(button.getAccessibleName())
                .startsWith("Details of jdbc.connection at HtmlReportBrowserTest$Orders.findOpen(");

        button.sendKeys(Keys.ENTER);

        assertThat(button.getAttribute("aria-expanded")).isEqualTo("true");
        String detail = browser.one("#" + button.getAttribute("aria-controls")).getText();
        assertThat(detail)
                .contains("jdbc:postgresql://db/orders", "event-8841", "00f067aa0ba902b7", "commit")
                .contains("Still open under it", "jdbc.prepared_statement", "select * from orders where state = ?")
                .contains("How to fix it", "dataSource.getConnection()");
        assertThat(browser.one("#leaks tr.detail li.app.blamed").getText()).contains("Orders.findOpen(");
        assertThat(browser.all("#leaks tr.detail li:not(.app)")).isNotEmpty();
        assertThat(browser.one("#leaks tr.detail a").getAttribute("href"))
                .isEqualTo("https://traces.example/trace/" + TRACE + "?span=00f067aa0ba902b7");

        button.sendKeys(Keys.ENTER);
        assertThat(browser.all("#leaks tr.detail")).isEmpty();
        assertThat(button.getAttribute("aria-expanded")).isEqualTo("false");
    }

    @Test
    void hostile_text_is_shown_as_text() {
        browser.one("#leaks input[type=search]").sendKeys("onerror");
        browser.one("#leaks td.open button").click();

        assertThat(browser.one("#leaks tr.detail").getText())
                .contains(HOSTILE.replace("\u202e", "\\u202e").substring(0, 40), "</script><script>", "\\u202etxt");
        assertThat(browser.one("#section-0").getText()).contains(HOSTILE.replace("\u202e", "\\u202e"));
        assertThat(browser.all("img, #page script")).isEmpty();
        assertThat(browser.js("return document.title")).isEqualTo("orders daemon");
        assertThat(browser.console()).isEmpty();
    }

    @Test
    void the_flame_graph_zooms_by_click_and_by_keyboard() {
        WebElement wide = browser.all(".flame button").stream()
                .filter(b -> b.getText().contains("socket.channel"))
                .findFirst()
                .orElseThrow();
        int before = wide.getSize().getWidth();

        wide.click();
        WebElement zoomed = browser.focused();
        assertThat(zoomed.getText()).contains("socket.channel");
        assertThat(zoomed.getSize().getWidth()).isGreaterThan(before);
        assertThat(browser.one("#open .tools [role=status]").getText()).startsWith("Zoomed to socket.channel: 40 open");

        zoomed.sendKeys(Keys.ESCAPE);
        assertThat(browser.focused().getText()).startsWith("everything open");
        browser.focused().sendKeys(Keys.ARROW_DOWN);
        String first = browser.focused().getAccessibleName();
        browser.focused().sendKeys(Keys.ARROW_DOWN);
        assertThat(browser.focused().getAccessibleName()).isNotEqualTo(first);
        browser.focused().sendKeys(Keys.ENTER);
        assertThat(browser.all(".flame button.around")).isNotEmpty();
        browser.all("#open .tools button").stream()
                .filter(b -> b.getText().equals("Reset zoom"))
                .findFirst()
                .orElseThrow()
                .click();
        assertThat(browser.all(".flame button.around")).isEmpty();
    }

    @Test
    void the_flame_graph_is_weighted_by_age_and_shows_libraries_when_asked() {
        int cells = browser.all(".flame button").size();
        browser.one("#open .tools input[type=checkbox]").click();
        assertThat(browser.all(".flame button").size()).isGreaterThan(cells);
        assertThat(browser.all(".flame button.lib")).isNotEmpty();

        WebElement age = browser.all("#open .tools button").get(1);
        age.click();
        assertThat(age.getAttribute("aria-pressed")).isEqualTo("true");
        assertThat(browser.all("#open .tools button").get(0).getAttribute("aria-pressed"))
                .isEqualTo("false");
    }

    @Test
    void the_timeline_shows_counts_rates_and_descriptors() {
        assertThat(browser.all("#timeline svg")).hasSize(3);
        assertThat(browser.all("#timeline svg path"))
                .allMatch(p -> p.getAttribute("d").startsWith("M"));
        assertThat(browser.all("#timeline svg").get(0).getAttribute("aria-label"))
                .startsWith("Open and leaked. open: first 0, last ");
    }

    @Test
    void axe_finds_nothing_in_light_and_dark_on_wide_and_narrow_screens_with_rows_open() throws Exception {
        List<String> complaints = new ArrayList<>();
        for (String theme : List.of("light", "dark")) {
            for (int width : new int[] {1280, 390}) {
                browser.size(width, 900);
                browser.theme(theme);
                browser.open(page);
                browser.one("#leaks td.open button").click();
                browser.one("#open td.open button").click();
                browser.js("document.querySelectorAll('details').forEach(d => d.open = true)");
                browser.accessibility().forEach(c -> complaints.add(theme + " " + width + ": " + c));
                assertThat((Long) browser.js("return document.documentElement.scrollWidth"))
                        .as("width of the page on a screen of " + width)
                        .isLessThanOrEqualTo(width);
            }
        }
        assertThat(complaints).isEmpty();
    }

    @Test
    void a_thousand_sites_are_rendered_and_searched_within_a_second() {
        browser.open(large);
        assertThat(browser.one("#leaks [role=status]").getText())
                .startsWith("1,001 paths")
                .contains("in all");
        List<Double> rendered = new ArrayList<>();
        List<Double> searched = new ArrayList<>();
        // The best of some: other builds may have the machine for themselves in between.
        for (int i = 0; i < 5; i++) {
            browser.open(large);
            rendered.add(((Number) browser.js("const n = performance.getEntriesByType('navigation')[0];"
                            + "return n.loadEventStart - n.responseStart"))
                    .doubleValue());
            searched.add(((Number) browser.js("""
                                            const input = document.querySelector('#leaks input');
                                            const start = performance.now();
                                            input.value = 'handle77(';
                                            input.dispatchEvent(new Event('input'));
                                            document.body.offsetHeight;
                                            return performance.now() - start;
                                            """)).doubleValue());
        }
        assertThat(browser.all("#leaks tr.row")).hasSize(10);
        System.out.println("1,000 sites: rendered in " + rendered + " ms, searched in " + searched + " ms");
        assertThat(rendered).anyMatch(ms -> ms < 1_000);
        assertThat(searched).anyMatch(ms -> ms < 1_000);
    }

    @Test
    void more_rows_come_when_asked_for() {
        browser.open(large);
        assertThat(browser.all("#leaks tr.row")).hasSize(200);
        browser.one("#leaks button.more").click();
        Awaitility.await().until(() -> browser.all("#leaks tr.row").size() == 1_001);
        assertThat(browser.one("#leaks button.more").isDisplayed()).isFalse();
    }

    @Test
    void screenshots_are_kept_to_be_looked_at() throws Exception {
        for (String theme : List.of("light", "dark")) {
            browser.theme(theme);
            browser.size(1280, 1000);
            browser.open(page);
            browser.screenshot("verdict-" + theme);
            browser.one("#leaks tr:nth-of-type(2) td.open button").click();
            browser.js("document.getElementById('leaks').scrollIntoView({behavior: 'instant'})");
            browser.screenshot("leak-" + theme);
            browser.js("document.getElementById('open').scrollIntoView({behavior: 'instant'})");
            browser.screenshot("open-" + theme);
            browser.js("document.getElementById('kinds').scrollIntoView({behavior: 'instant'})");
            browser.screenshot("timeline-" + theme);
        }
        browser.theme("light");
        browser.size(390, 1400);
        browser.open(page);
        browser.screenshot("narrow");
        browser.one("#leaks td.open button").click();
        browser.js("document.getElementById('leaks').scrollIntoView({behavior: 'instant'})");
        browser.screenshot("narrow-leak");
        browser.size(800, 1100);
        browser.print(true);
        browser.js("scrollTo(0, 0)");
        browser.screenshot("print");
        browser.print(false);
        browser.size(1280, 1000);
        browser.open(large);
        browser.screenshot("large");
        assertThat(Path.of("target/screenshots/verdict-dark.png")).isNotEmptyFile();
    }
}
