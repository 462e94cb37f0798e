package io.leakguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.acme.OrderReader;
import com.acme.OrderServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadmeTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void its_code_is_compiled_as_it_stands() throws IOException {
        Path sources = Path.of("src/test/java/com/acme");
        String source = Files.readString(sources.resolve("OrderReader.java"))
                + Files.readString(sources.resolve("OrderServer.java"));

        assertThat(block("java"))
                .hasSize(2)
                .allSatisfy(code -> assertThat(source).contains(code));
    }

    @Test
    void its_output_is_what_the_code_prints() throws Exception {
        ChildJvm example = ChildJvm.run(OrderReader.class);

        assertThat(example.exitCode()).as(example.output()).isZero();
        assertThat(block("text")).map(ReadmeTest::timeless).contains(timeless(example.output()));
    }

    @Test
    void its_netty_server_reports_a_leak_with_its_request_and_lists_its_channels() throws Exception {
        ChildJvm example = ChildJvm.run(OrderServer.class);

        assertThat(example.exitCode()).as(example.output()).isZero();
        assertThat(example.output())
                .containsPattern(
                        "LEAK netty.bytebuf .* opened at OrderServer\\$Orders.channelRead0\\(OrderServer.java:")
                .contains("scope GET /orders", "netty.channel.server", "netty.channel.accepted");
    }

    @Test
    void its_version_is_the_one_that_is_built() throws IOException {
        Matcher version = Pattern.compile("<version>(.*)</version>").matcher(Files.readString(ROOT.resolve("pom.xml")));

        assertThat(version.find()).isTrue();
        assertThat(block("xml")).isNotEmpty().allSatisfy(xml -> assertThat(xml).contains(version.group()));
    }

    @Test
    void its_dependencies_are_managed_by_the_bom_that_it_imports() throws IOException {
        List<String> managed = artifacts(ROOT.resolve("guard-bom/pom.xml"));

        assertThat(block("xml")).allSatisfy(xml -> {
            List<String> named = matches("<artifactId>(.*)</artifactId>", xml);
            assertThat(named).startsWith("guard-bom");
            assertThat(managed).containsAll(named.subList(1, named.size()));
        });
    }

    @Test
    void the_bom_manages_the_published_modules_and_nothing_else() throws IOException {
        List<String> published = modules(ROOT).stream()
                .filter(module -> !read(ROOT.resolve(module).resolve("pom.xml")).contains("<maven.deploy.skip>true"))
                .filter(module -> !module.equals("guard-bom"))
                .toList();

        assertThat(published).contains("guard-core", "guard-jdbc");
        String bom = read(ROOT.resolve("guard-bom/pom.xml"));
        String managed = bom.substring(bom.indexOf("<dependencyManagement>"), bom.indexOf("</dependencyManagement>"));
        assertThat(matches("<artifactId>(.*)</artifactId>", managed)).containsExactlyInAnyOrderElementsOf(published);
        assertThat(matches("<version>(.*)</version>", read(ROOT.resolve("guard-bom/pom.xml"))))
                .contains(matches("<version>(.*)</version>", read(ROOT.resolve("pom.xml")))
                        .get(0));
    }

    private static List<String> artifacts(Path pom) {
        return matches("<artifactId>(.*)</artifactId>", read(pom));
    }

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(r -> r.group(1))
                .toList();
    }

    @Test
    void its_links_and_those_of_all_pages_lead_to_files_and_headings() throws IOException {
        List<Path> pages = pages();

        assertThat(pages).contains(ROOT.resolve("README.md"), ROOT.resolve("docs/benchmarks.md"));
        assertThat(pages).flatExtracting(ReadmeTest::linksThatLeadNowhere).isEmpty();
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String folder : List.of(".", "docs", "dev/benchmarks/results")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder).normalize())) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages;
    }

    private static List<String> linksThatLeadNowhere(Path page) {
        return Pattern.compile("\\]\\(([^)#]*)(?:#([^)]*))?\\)")
                .matcher(read(page))
                .results()
                .filter(link -> !link.group(1).contains(":"))
                .filter(link -> {
                    Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                    return !Files.exists(target)
                            || (link.group(2) != null && !headings(target).contains(link.group(2)));
                })
                .map(link -> page + ": " + link.group())
                .toList();
    }

    /** The headings of a page, as the anchors that they get. */
    private static List<String> headings(Path page) {
        return Pattern.compile("(?m)^#+ (.*)$")
                .matcher(read(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void its_modules_are_those_of_the_build() throws IOException {
        List<String> published = modules(ROOT);
        List<String> ours = modules(ROOT.resolve("dev"));

        assertThat(published).contains("guard-core", "dev");
        assertThat(Files.readString(ROOT.resolve("README.md")))
                .contains(published.stream()
                        .filter(module -> !module.equals("dev"))
                        .map(module -> "`" + module + "`")
                        .toList())
                .contains(ours.stream().map(module -> "`dev/" + module + "`").toList());
    }

    private static List<String> modules(Path folder) throws IOException {
        return Pattern.compile("<module>(.*)</module>")
                .matcher(Files.readString(folder.resolve("pom.xml")))
                .results()
                .map(r -> r.group(1))
                .toList();
    }

    private static List<String> block(String language) throws IOException {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
                .matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map(r -> r.group(1))
                .toList();
    }

    /** Times differ from run to run; everything else is compared. */
    private static String timeless(String output) {
        return output.replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<instant>")
                .replaceAll("\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?", "<time>")
                .replaceAll("open [0-9.,]+ ?[a-z]+", "open <time>")
                .strip();
    }
}
