package io.leakguard.agent.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The agent's page and its section of the README say what the agent says and does. */
class AgentDocTest {

    private static final Path ROOT = Path.of("..");
    private static final Path JAR = Path.of("target", "guard-agent.jar").toAbsolutePath();

    private static String block(String page, String language) throws IOException {
        Matcher block =
                Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$").matcher(Files.readString(ROOT.resolve(page)));
        assertThat(block.find()).as(language).isTrue();
        return block.group(1).strip();
    }

    private static String run(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    private static String orders(String options) throws IOException, InterruptedException {
        return run("-javaagent:" + JAR + options, "-cp", "target/test-classes", "com.acme.Orders");
    }

    /** Without times, and without the lines and the version of the JDK. */
    private static String timeless(String text) {
        return text.replaceAll("open .*? · thread", "open … · thread")
                .replaceAll("opened 20\\S+", "opened …")
                .replaceAll("\\(JDK \\S+\\)", "(JDK …)")
                .replaceAll("FileInputStream.java:\\d+", "FileInputStream.java:…");
    }

    @Test
    void the_readme_shows_what_the_agent_says_of_a_daemon_without_code() throws IOException, InterruptedException {
        assertThat(timeless(orders(""))).contains(timeless(block("README.md", "agent")));
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains(block("docs/agent.md", "agent"));
    }

    @Test
    void the_page_shows_the_first_line_a_bad_option_and_the_help() throws IOException, InterruptedException {
        assertThat(timeless(orders(""))).startsWith(timeless(block("docs/agent.md", "first-line")));
        assertThat(orders("=capture=often")).isEqualTo(block("docs/agent.md", "bad-option"));
        assertThat(run("-jar", JAR.toString(), "help")).isEqualTo(block("docs/agent.md", "help"));
    }

    @Test
    void the_pages_options_are_accepted() {
        List<String> options = block("docs/agent.md", "options", ".*guard-agent.jar=(\\S+) -jar.*");
        assertThat(options).hasSize(2);
        assertThat(AgentOptions.parse(options.get(0))).containsKeys("capture", "overdue", "watch.interval");
        assertThat(AgentOptions.parse(options.get(1))).containsOnlyKeys("config");
    }

    private static List<String> block(String page, String language, String each) {
        try {
            return block(page, language)
                    .lines()
                    .map(Pattern.compile(each)::matcher)
                    .filter(Matcher::matches)
                    .map(match -> match.group(1))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_pages_table_has_each_kind_that_is_seen() throws IOException {
        Set<String> kinds = Arrays.stream(Hook.values())
                .map(hook -> hook.kind.name())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> shown = new TreeSet<>();
        String page = Files.readString(ROOT.resolve("docs/agent.md"));
        String section = page.substring(page.indexOf("## What is seen"), page.indexOf("## With the library"));
        for (String line : section.lines().toList()) {
            if (line.startsWith("| `")) {
                Matcher name = Pattern.compile("`([a-z._]+)`").matcher(line.split("\\|", -1)[1]);
                while (name.find()) {
                    shown.add(name.group(1));
                }
            }
        }
        assertThat(shown).isEqualTo(kinds);
    }
}
