package io.leakguard.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {

    private static final FileTime LONG_AGO = FileTime.fromMillis(0);

    @TempDir
    static Path folder;

    @BeforeAll
    static void generate() throws IOException {
        Generator.main(new String[] {"guard-core", folder.toString(), "17"});
    }

    @Test
    void each_method_keeps_the_wrapper_reachable_until_the_call_is_over(@TempDir Path jdbc) throws IOException {
        Generator.main(new String[] {"guard-jdbc", jdbc.toString(), "17"});
        for (Path of : List.of(folder, jdbc)) {
            assertThat(written(of)).hasSizeGreaterThan(10);
            for (Path file : written(of)) {
                String source = Files.readString(file);
                assertThat(count(source, "Reference.reachabilityFence(this);"))
                        .as(file.toString())
                        .isEqualTo(count(source, "@Override"));
            }
        }
        assertThat(Files.readString(file("Socket"))).contains("Reference.reachabilityFence(this);");
    }

    @Test
    void only_methods_of_the_release_are_written_whichever_JDK_runs_the_build() throws IOException {
        assertThat(Files.readString(file("Reader")))
                .contains("public int read(CharBuffer buffer)")
                .doesNotContain("readAllAsString");
        assertThat(Files.readString(file("ExecutorService")))
                .contains("public void execute(Runnable command)")
                .doesNotContain("void close()");
    }

    @Test
    void a_method_that_answers_its_own_object_answers_the_wrapper() throws IOException {
        assertThat(Files.readString(file("SeekableChannel"))).contains("""
            delegate.truncate(newSize);
            return this;
""");
    }

    @Test
    void each_further_stage_of_a_stream_is_guarded() throws IOException {
        assertThat(Files.readString(file("IntStream")))
                .contains("return token.stage(delegate.boxed())")
                .contains("return token.stage(delegate.mapToObj(mapper))")
                .contains("return token.stage(delegate.asLongStream())")
                .contains("return same(delegate.parallel())");
    }

    @Test
    void a_file_that_is_right_is_left_alone_and_one_that_is_wrong_is_written_again() throws IOException {
        Path right = file("Writer");
        Path wrong = file("Reader");
        String expected = Files.readString(wrong);
        Files.writeString(wrong, "class ForwardingReader {}");
        Files.setLastModifiedTime(right, LONG_AGO);
        generate();
        assertThat(Files.getLastModifiedTime(right)).isEqualTo(LONG_AGO);
        assertThat(wrong).hasContent(expected);
    }

    @Test
    void a_class_of_an_earlier_build_that_is_not_written_any_more_is_removed() throws IOException {
        Path old = Files.writeString(file("Renamed"), "class ForwardingRenamed {}");
        generate();
        assertThat(old).doesNotExist();
        assertThat(file("Reader")).exists();
    }

    @Test
    void a_method_by_hand_that_the_type_lacks_is_refused() {
        Delegates delegates = new Delegates() {
            @Override
            public String packageName() {
                return "somewhere";
            }

            @Override
            public List<Forwarding> all() {
                return List.of(Forwarding.of("java.io.InputStream").byHand("close", "transfer"));
            }

            @Override
            public String parameterName(Forwarding forwarding, String method, List<String> types, int index) {
                return "";
            }
        };
        assertThatThrownBy(() -> Generator.write(delegates, folder, "17"))
                .rootCause()
                .hasMessage("java.io.InputStream has no [transfer]: correct what its delegate has by hand");
    }

    @Test
    void an_unknown_module_is_refused_with_those_that_are_known() {
        assertThatThrownBy(() -> Generator.main(new String[] {"guard-nety", folder.toString(), "17"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[guard-core, guard-jdbc]")
                .hasMessageContaining("guard-nety");
    }

    private static List<Path> written(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".java")).toList();
        }
    }

    private static Path file(String type) {
        return folder.resolve("io/leakguard/internal/wrap/Forwarding" + type + ".java");
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
