package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest runtime that has agents at all, and the archives that make a start quicker. */
class RuntimesTest {

    private static final int AOT_CACHE_SINCE = 25;

    @TempDir
    Path folder;

    private static void run(String... command) throws IOException, InterruptedException {
        AgentProcess process = AgentProcess.of(command);
        assertThat(process.end()).as(process::all).isZero();
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /** Loses a file in it, and waits until the agent has said where. */
    private static AgentProcess loseOne(String java, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(options);
        command.addAll(List.of("-javaagent:" + AgentProcess.JAR, "com.acme.Hello"));
        AgentProcess program = AgentProcess.of(command.toArray(new String[0]));
        program.awaitOut("ready");
        program.sendUntil(
                "collect",
                () -> program.err().stream()
                        .anyMatch(line -> line.contains("LEAK file.input") && line.contains("opened at Hello.lose")));
        assertThat(program.end()).as(program::all).isZero();
        return program;
    }

    @Test
    void an_image_with_two_modules_is_enough() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isRegularFile(Path.of(tool("jlink"))), "this JDK has no jlink");
        Path image = folder.resolve("image");
        run(tool("jlink"), "--add-modules", "java.base,java.instrument", "--output", image.toString());

        loseOne(image.resolve("bin").resolve("java").toString(), List.of("-cp", classes()));
    }

    private static String classes() {
        return Path.of("target", "test-classes").toAbsolutePath().toString();
    }

    private Path jar() throws IOException {
        Path jar = folder.resolve("hello.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry("com/acme/Hello.class"));
            Files.copy(Path.of(classes(), "com", "acme", "Hello.class"), out);
        }
        return jar;
    }

    @Test
    void a_shared_archive_of_the_application_stays_in_use() throws IOException, InterruptedException {
        String archive = folder.resolve("hello.jsa").toString();
        String jar = jar().toString();
        run(AgentProcess.executable(), "-XX:ArchiveClassesAtExit=" + archive, "-cp", jar, "com.acme.Hello");

        AgentProcess program = loseOne(
                AgentProcess.executable(), List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:class+load", "-cp", jar));

        assertThat(program.out())
                .as(program::all)
                .anyMatch(line -> line.contains("com.acme.Hello source: shared objects file"))
                .noneMatch(line -> line.contains("Sharing is only supported"));
    }

    @Test
    void an_ahead_of_time_cache_stays_in_use_if_it_was_made_with_the_module_of_agents()
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(Runtime.version().feature() >= AOT_CACHE_SINCE, "this JDK has no AOT cache");
        String cache = folder.resolve("hello.aot").toString();
        String jar = jar().toString();
        run(
                AgentProcess.executable(),
                "-XX:AOTCacheOutput=" + cache,
                "--add-modules",
                "java.instrument",
                "-cp",
                jar,
                "com.acme.Hello");

        AgentProcess program = loseOne(
                AgentProcess.executable(),
                List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on", "-Xlog:class+load", "-cp", jar));

        assertThat(program.out())
                .as(program::all)
                .anyMatch(line -> line.contains("com.acme.Hello source: shared objects file"));
    }
}
