package io.leakguard.it.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a test class in a JVM that has the guard, one line of JUnit, and nothing else. */
final class Forks {

    private static final Path AGENT = Path.of("../../../guard-agent/target/guard-agent.jar");

    /** How the JVM gets the agent. */
    enum Agent {
        NONE,
        ON_CLASS_PATH,
        AS_OPTION
    }

    /** What a JVM has left. */
    record Result(String out, Path folder) {

        String json() {
            try {
                return Files.readString(folder.resolve("target/leakguard/leaks.json"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Forks() {}

    static Result run(Path folder, Agent agent, String line, String testClass, String... options) throws Exception {
        List<String> classPath = new ArrayList<>();
        for (String entry : ManagementFactory.getRuntimeMXBean().getClassPath().split(File.pathSeparator, -1)) {
            if (entry.endsWith("test-engines/target/test-classes")
                    || Stream.of(
                                    "guard-test",
                                    "guard-core",
                                    "slf4j-api",
                                    "caffeine",
                                    "jspecify",
                                    "assertj",
                                    "byte-buddy",
                                    "spring-",
                                    "micrometer-")
                            .anyMatch(entry::contains)) {
                classPath.add(entry);
            }
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of("target", "lines", line), "*.jar")) {
            jars.forEach(jar -> classPath.add(jar.toAbsolutePath().toString()));
        }
        String jar = AGENT.toRealPath().toString();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // a quick start
        command.addAll(List.of(options));
        if (agent == Agent.ON_CLASS_PATH) {
            classPath.add(jar);
        } else if (agent == Agent.AS_OPTION) {
            command.add("-javaagent:" + jar + "=agent.watch=false");
        }
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), "com.acme.RunTests", testClass));
        Files.writeString(folder.resolve("pom.xml"), "<project/>");
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Result(Files.readString(out), folder);
    }
}
