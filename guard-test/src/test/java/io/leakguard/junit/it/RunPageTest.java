package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.leakguard.junit.AllowLeaks;
import io.leakguard.junit.LeakGuarded;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a test run. */
class RunPageTest {

    static final List<Object> HELD = new ArrayList<>();

    @TempDir
    Path output;

    private Runs runs() {
        return new Runs(output).with("leakguard.junit.grace", "10ms");
    }

    private String page() throws Exception {
        return Files.readString(output.resolve("leaks.html"));
    }

    @LeakGuarded
    static class Mixed {
        @Test
        void opens_what_is_new() {
            HELD.add(new Thing("</script><script>alert(1)</script>"));
        }

        @Test
        void opens_what_is_known() {
            HELD.add(new Thing("known"));
        }

        @Test
        @AllowLeaks(kind = "test.thing", reason = "vendor code, replaced in 3.0", issue = "ACME-12")
        void opens_what_is_allowed() {
            HELD.add(new Thing("allowed"));
        }

        @Test
        @AllowLeaks(kind = "file.input", reason = "closed by nobody, or so we thought")
        void is_clean() {
            new Thing("closed").close();
        }
    }

    private void runWithBaseline() throws Exception {
        Files.writeString(output.resolve("baseline.txt"), """
                test.thing com.acme.Gone.open
                test.thing io.leakguard.junit.it.RunPageTest$Mixed.opens_what_is_known
                """);
        Runs.Result result = runs().with("leakguard.junit.mode", "baseline").run(Mixed.class);
        assertThat(result.failed()).containsOnlyKeys("opens_what_is_new()");
    }

    @Test
    void it_has_leaks_by_test_allowances_used_and_unused_and_what_the_baseline_says() throws Exception {
        runWithBaseline();
        assertThat(page())
                .contains("\"text\":\"1 leak fails its test or class, 1 known by the baseline, 1 allowed.\"")
                .contains("\"level\":\"bad\"")
                .contains("\"Leaks by test\"", "\"Allowances\"", "\"Baseline\"")
                .contains("[\"RunPageTest$Mixed \\u003e opens_what_is_new()\",\"failed\",\"1\",\"test.thing\",")
                .contains("[\"1\",\"test.thing\",\"*\",\"vendor code, replaced in 3.0\",\"ACME-12\","
                        + "\"@AllowLeaks on io.leakguard.junit.it.RunPageTest$Mixed.opens_what_is_allowed\"]")
                .contains("[\"0\",\"file.input\",\"*\",\"closed by nobody, or so we thought\",\"\",")
                .contains(
                        "[\"new\",\"1\",\"test.thing\",\"io.leakguard.junit.it.RunPageTest$Mixed.opens_what_is_new\\u003c\"]")
                .contains("[\"known\",\"1\",\"test.thing\","
                        + "\"io.leakguard.junit.it.RunPageTest$Mixed.opens_what_is_known\"]")
                .contains("[\"fixed, if the whole suite has run\",\"0\",\"test.thing\",\"com.acme.Gone.open\"]")
                .contains("\"timeline\":[[")
                .doesNotContain("alert(1)</script>");
    }

    @Test
    void it_says_first_that_nothing_leaked() throws Exception {
        runs().run(RulesTest.Clean.class);
        assertThat(page()).contains("\"text\":\"No leak in 1 test.\"", "\"level\":\"good\"");
    }

    @Test
    void a_browser_shows_it() throws Exception {
        runWithBaseline();
        String shown = inBrowser(output.resolve("leaks.html"));
        assertThat(shown)
                .contains("data-ready=\"true\"", "1 leak fails its test or class, 1 known by the baseline, 1 allowed.")
                .containsSubsequence("Leaks by test</h2>", "opens_what_is_new()", "Allowances</h2>", "ACME-12")
                .containsSubsequence("Baseline</h2>", "fixed, if the whole suite has run");
    }

    /** The document after its script has run. */
    private String inBrowser(Path page) throws Exception {
        Optional<Path> browser = Stream.of("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (browser.isEmpty()) {
            String how =
                    "the page is not tested in a browser: no chromium on the PATH. On Debian: apt-get install chromium";
            if ("true".equals(System.getenv("CI"))) {
                fail(how);
            }
            System.out.println("SKIPPED: " + how);
            abort(how);
        }
        Path dom = output.resolve("dom.html");
        Process process = new ProcessBuilder(
                        browser.orElseThrow().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--user-data-dir=" + output.resolve("profile"),
                        "--dump-dom",
                        page.toUri().toString())
                .redirectOutput(dom.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        return Files.readString(dom);
    }
}
