package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a library opens deep inside is blamed on the application's line, and the library is named. */
class BlamedLinesTest {

    private static final Path SOURCE = Path.of("src", "test", "java", "com", "acme", "UsesLibraries.java");

    @TempDir
    Path folder;

    @Test
    void the_applications_line_is_blamed_and_the_library_that_opened_it_is_named()
            throws IOException, InterruptedException {
        String path = jarOf("org/apache/vendor/Archive.class") + File.pathSeparator + withoutTheAgent();
        try (AgentProcess program = AgentProcess.java(
                List.of("-javaagent:" + AgentProcess.JAR + "=shutdown.hook=true,shutdown.wait=1s", "-cp", path),
                "com.acme.UsesLibraries")) {
            program.awaitOut("ready");
            program.sendUntil(
                    "collect", () -> program.err().stream().anyMatch(line -> line.contains("LEAK file.input")));
            assertThat(program.end()).as(program::all).isZero();

            assertThat(program.err())
                    .as(program::all)
                    .anyMatch(line -> line.contains("LEAK file.input collected without close() · opened at"
                                    + " UsesLibraries.loseAnArchive(UsesLibraries.java:" + line("// leaks") + ")")
                            && line.endsWith(" by org.apache.vendor.Archive"));
            String open = String.join("\n", program.err());
            assertThat(open)
                    .containsPattern("socket +\\S+ \\S+ +UsesLibraries.keepAResponse\\(UsesLibraries.java:"
                            + line("// keeps") + "\\)\n +by okhttp3\\.");
        }
    }

    /** OkHttp, what it needs, and the tests' programs. */
    private static String withoutTheAgent() {
        String agent = Path.of("target", "classes").toAbsolutePath().toString();
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.equals(agent) && !entry.contains("guard-core"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static int line(String mark) {
        try {
            List<String> lines = Files.readAllLines(SOURCE);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).endsWith(mark)) {
                    return i + 1;
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError(OkHttpClient.class + " is used at no line " + mark);
    }

    private Path jarOf(String entry) throws IOException {
        Path jar = folder.resolve("vendor.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry(entry));
            Files.copy(Path.of("target", "test-classes", entry), out);
        }
        return jar;
    }
}
