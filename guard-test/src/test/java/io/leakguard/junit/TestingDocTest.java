package io.leakguard.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/testing.md says what the code does. */
class TestingDocTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.]+[a-z])` \\| ([^|]+) \\| [^|]+\\|$");

    private static String page() throws Exception {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path page = folder.resolve("docs/testing.md");
            if (Files.exists(page)) {
                return Files.readString(page);
            }
        }
        throw new IllegalStateException(
                "no docs/testing.md above " + Path.of("").toAbsolutePath());
    }

    private static String settings() throws Exception {
        String page = page();
        int begin = page.indexOf("| `leakguard.junit.` |");
        return page.substring(begin, page.indexOf("\n\n", begin));
    }

    @Test
    void the_table_has_all_settings() throws Exception {
        List<String> keys =
                ROW.matcher(settings()).results().map(r -> r.group(1)).toList();
        assertThat(keys).containsExactlyInAnyOrderElementsOf(Settings.KEYS);
    }

    @Test
    void the_defaults_are_those_of_the_code() throws Exception {
        Settings settings = Settings.read(key -> Optional.empty());
        Map<String, Object> defaults = Map.of(
                "mode", settings.mode(),
                "gc", settings.gc(),
                "descriptors", settings.check(Watched.DESCRIPTORS),
                "descriptors.level", settings.level(Watched.DESCRIPTORS),
                "threads", settings.check(Watched.THREADS),
                "threads.level", settings.level(Watched.THREADS),
                "threads.daemon", settings.check(Watched.DAEMON_THREADS),
                "processes", settings.check(Watched.PROCESSES),
                "state", settings.check(Watched.STATE));
        Map<String, String> told = ROW.matcher(settings())
                .results()
                .collect(java.util.stream.Collectors.toMap(r -> r.group(1), (MatchResult r) -> r.group(2)));
        defaults.forEach((key, value) -> assertThat(told.get(key))
                .as(key)
                .startsWith("`" + value.toString().toLowerCase(java.util.Locale.ROOT) + "`"));
        Settings baseline =
                Settings.read(key -> key.equals("leakguard.junit.mode") ? Optional.of("baseline") : Optional.empty());
        assertThat(baseline.check(Watched.DESCRIPTORS)).isEqualTo(Settings.Check.FAIL);
        assertThat(told.get("descriptors")).contains("in mode `baseline` `fail`");
    }

    @Test
    void the_baseline_of_the_page_is_a_baseline() throws Exception {
        String page = page();
        int begin = page.indexOf("# LeakGuard's baseline");
        String sample = page.substring(begin, page.indexOf("```", begin));
        List<String> entries = Baseline.parse("testing.md", sample.lines().toList());
        assertThat(entries).hasSize(3).contains("thread pool-*-thread-*<com.acme.OrdersTest<");
    }
}
