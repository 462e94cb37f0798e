package io.leakguard.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/held-by.md shows what the code does. */
class HeldByDocTest {

    private static final Path DOC = Path.of("../docs/held-by.md");

    @TempDir
    Path folder;

    private static String block(String language) throws IOException {
        Matcher block =
                Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$").matcher(Files.readString(DOC));
        assertThat(block.find()).as(language).isTrue();
        return block.group(1);
    }

    /** Without times and sizes. */
    private static String timeless(String text) {
        return text.replaceAll("oldest (\\d+ ms|[\\d:]+)", "oldest …")
                .replaceAll("[\\d.]+ (s|MiB|ms)\\b", "… $1")
                .strip();
    }

    @Test
    void the_answer_is_the_real_one() throws IOException, InterruptedException {
        Path dump = folder.resolve("app.hprof");
        Jvm.run("com.acme.Holds", dump.toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        int code = HeldByCommand.run(
                List.of(dump.toString(), "--kind", "io.*", "--number", "1", "--folder", folder.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                System.err);

        assertThat(code).isZero();
        assertThat(timeless(out.toString(StandardCharsets.UTF_8))).isEqualTo(timeless(block("held-by")));
        assertThat(Files.readString(DOC)).contains("held-by app.hprof --kind io.* --number 1");
    }

    @Test
    void its_table_has_each_option() throws IOException {
        assertThat(Pattern.compile("(?m)^\\| `(--[a-z]+)")
                        .matcher(Files.readString(DOC))
                        .results()
                        .map(r -> r.group(1)))
                .containsExactlyElementsOf(Pattern.compile("(?m)^  (--[a-z]+)")
                        .matcher(Arguments.USAGE)
                        .results()
                        .map(r -> r.group(1))
                        .toList());
    }

    @Test
    void its_code_runs() throws IOException, InterruptedException {
        Path app = folder.resolve("app.hprof");
        Jvm.run("com.acme.Holds", app.toString());

        HeldBy answer = HeldBy.read(app, HolderFilter.ALL.kind("socket").olderThan(Duration.ofMinutes(5)));
        for (Holder holder : answer.holders()) {
            System.out.println(holder.count() + " " + holder.site() + " " + holder.pathText());
        }

        assertThat(answer.open()).isZero();
        String shown = block("java").replaceAll("\\s+", " ");
        assertThat(shown)
                .contains("HolderFilter.ALL.kind(\"socket\").olderThan(Duration.ofMinutes(5))")
                .contains("System.out.println(holder.count() + \" \" + holder.site() + \" \" + holder.pathText());");
    }
}
