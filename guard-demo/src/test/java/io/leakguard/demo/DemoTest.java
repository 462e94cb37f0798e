package io.leakguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DemoTest {

    private static final Path SOURCES = Path.of("src/main/java/io/leakguard/demo");
    private static final Pattern ROW = Pattern.compile(
            "(?m)^ {2}([a-z-]+) +(\\d+) +(\\d+) {2}(collected|open|escaped|lost|overdue|idle|allocated|-) +(?:-|scope [a-z0-9-]+|\\w+\\.\\w+\\((\\w+\\.java):(\\d+)\\))$");

    /** Which events are trouble, told from the file alone, without the daemon. */
    private static final Map<String, Trouble> TROUBLE = Map.ofEntries(
            trouble(
                    "truncated-order",
                    e -> e.job().equals("import") && !e.detail().equals("ORDR")),
            trouble(
                    "invoice-umlaut",
                    e -> e.job().equals("invoice") && !e.customer().matches("\\p{ASCII}*")),
            trouble("peer-timeout", e -> e.job().equals("forward") && Integer.parseInt(e.detail()) < Peer.SLOW_MILLIS),
            trouble("first-match", e -> e.job().equals("sweep") && e.detail().equals("urgent")),
            trouble("lines-hit", e -> e.job().equals("search") && e.detail().equals("refund")),
            trouble("day-file", e -> e.job().equals("archive") && e.detail().startsWith("day ")),
            trouble("failed-batch", e -> e.job().equals("batch") && !e.detail().matches("\\d+")),
            trouble("refused-probe", e -> e.job().equals("probe") && !e.detail().equals("up")),
            trouble("missing-slot", e -> e.job().equals("lookup") && Integer.parseInt(e.detail()) > 15),
            trouble("unknown-booking", e -> e.job().equals("settle") && Integer.parseInt(e.detail()) > 100),
            trouble("empty-audit", e -> e.job().equals("audit") && !e.detail().equals("open")),
            trouble(
                    "parked-socket",
                    e -> e.job().equals("subscribe") && e.detail().equals("stay")),
            trouble("slow-export", e -> e.job().equals("export") && e.detail().equals("everything")),
            trouble("whole-month", e -> e.job().equals("month") && e.detail().equals("all")),
            trouble(
                    "unwanted-receipt",
                    e -> e.job().equals("receipt") && e.detail().equals("paperless")));

    /** What the checker's table calls the sorts of bugs that the marks name. */
    private static final Map<String, String> MARKS = Map.of(
            "collected",
            "",
            "open",
            " (held)",
            "escaped",
            " (escaped)",
            "overdue",
            " (overdue)",
            "lost",
            " (lost)",
            "idle",
            " (idle)");

    private static Map.Entry<String, Trouble> trouble(String place, Trouble trouble) {
        return Map.entry(place, trouble);
    }

    private interface Trouble {
        boolean isIn(Event event);
    }

    @Test
    void every_seeded_leak_is_found_at_its_marked_line_with_the_count_that_the_events_imply() throws Exception {
        ChildJvm demo = ChildJvm.run(Demo.class);

        assertThat(demo.exitCode()).as(demo.output()).isZero();
        Map<String, Long> expected = new TreeMap<>();
        List<Event> events = Event.load().stream().map(Event::parse).toList();
        TROUBLE.forEach((place, trouble) ->
                expected.put(place, events.stream().filter(trouble::isIn).count()));
        expected.put("idle-connection", (long) Balancer.CONNECTIONS); // not of any event
        Map<String, Long> leaked = new TreeMap<>();
        Matcher row = ROW.matcher(demo.output());
        while (row.find()) {
            leaked.put(row.group(1), Long.valueOf(row.group(2)));
            assertThat(row.group(3)).as("found: " + row.group()).isEqualTo(row.group(2));
            if (row.group(4).equals("allocated")) {
                assertThat(row.group()).contains("scope " + row.group(1) + "-");
            } else {
                assertThat(line(row.group(5), row.group(6)))
                        .as(row.group())
                        .endsWith("// LEAK: " + row.group(1) + MARKS.get(row.group(4)));
            }
        }
        assertThat(leaked).as(demo.output()).isEqualTo(expected);
        assertThat(leaked.values()).allMatch(n -> n > 0);
        assertThat(demo.output())
                .contains("GOOD", " of 5,000 events")
                .contains("WARN  io.leakguard.leak - LEAK file.input collected without close()")
                .containsPattern("GET /health\\R+DEGRADED")
                .contains("A page to look at: file:///")
                .contains("LEAK socket still open when its scope ended", "SUSPECTED LEAK jdbc.connection open longer")
                .contains("the thread that opened it is now", "released late: jdbc.connection")
                .containsPattern("scope whole-month-\\d+ allocated 1\\d\\.\\d MiB, more than its limit of 8\\.0 MiB")
                .containsPattern("LEAK netty.bytebuf (still open|collected).* OrderDaemon.receipt\\(")
                .contains("scope POST /event", "3 of ", " are idle and kept alive")
                .containsPattern("from 127.0.0.1:\\d+ · idle for \\d+.\\d s .* OrderDaemon.listen\\(")
                .contains("2 nightly batches held a connection for 8 s where others may for 3 s")
                .doesNotContain("nightly-");
        assertThat(Path.of("target/leakguard-report.html"))
                .content()
                .contains("<title>LeakGuard demo</title>", "OrderJobs.java", "\"kind\":\"file.input\"");
    }

    @Test
    void without_its_bugs_nothing_is_reported() throws Exception {
        ChildJvm demo = ChildJvm.run(Demo.class, "-Ddemo.leaks=none");

        assertThat(demo.exitCode()).as(demo.output()).isZero();
        assertThat(demo.output())
                .contains("GOOD: nothing leaked, and nothing was reported.", " closed + 0 collected + 0 open")
                .containsPattern("GET /health\\R+UP")
                .contains("0 of ", " are idle and kept alive")
                .doesNotContain("LEAK ");
        Matcher row = ROW.matcher(demo.output());
        int rows = 0;
        while (row.find()) {
            rows++;
            assertThat(row.group()).matches(" +[a-z-]+ +0 +0 {2}- +-");
        }
        assertThat(rows).isEqualTo(TROUBLE.size() + 1);
    }

    @Test
    void a_leak_that_is_not_seeded_is_listed_and_fails_the_demo() throws Exception {
        ChildJvm demo = ChildJvm.run(UndeclaredLeak.class, "-Ddemo.leaks=none");

        assertThat(demo.exitCode()).as(demo.output()).isEqualTo(1);
        assertThat(demo.output())
                .contains(
                        "BAD",
                        "not seeded, but found: 1 io.input COLLECTED at UndeclaredLeak.lookup(UndeclaredLeak.java:",
                        "not seeded, but reported: LEAK io.input collected without close()")
                .doesNotContain("GOOD");
    }

    @Test
    void a_leak_that_is_not_found_fails_the_demo() throws Exception {
        ChildJvm demo = ChildJvm.run(MissedLeak.class);

        assertThat(demo.exitCode()).as(demo.output()).isEqualTo(1);
        assertThat(demo.output())
                .containsPattern("missing-slot: \\d+ leaked at OrderJobs.java:\\d+, 0 found there")
                .doesNotContain("GOOD");
    }

    @Test
    void a_bad_setting_is_an_error_that_says_what_is_right() throws Exception {
        for (String bad : Set.of("", "true", "None", "some")) {
            ChildJvm demo = ChildJvm.run(Demo.class, "-Ddemo.leaks=" + bad);

            assertThat(demo.exitCode()).as(demo.output()).isEqualTo(2);
            assertThat(demo.output())
                    .contains("demo.leaks: '" + bad + "' is not a value: give all")
                    .hasLineCount(1);
        }
    }

    private static String line(String file, String number) throws IOException {
        return Files.readAllLines(SOURCES.resolve(file)).get(Integer.parseInt(number) - 1);
    }
}
