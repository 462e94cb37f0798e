package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the application has a guard too, there is one: its process-wide guard knows what the agent sees. */
class OneGuardTest {

    @TempDir
    Path folder;

    /** All but the agent, which is in its jar. */
    static String classPath() {
        String agent = Path.of("target", "classes").toAbsolutePath().toString();
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.equals(agent))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static AgentProcess start(String main, String... arguments) throws IOException {
        String[] program = new String[arguments.length + 1];
        program[0] = main;
        System.arraycopy(arguments, 0, program, 1, arguments.length);
        return AgentProcess.java(
                List.of("-javaagent:" + AgentProcess.JAR + "=report.interval=0,scope.grace=0", "-cp", classPath()),
                program);
    }

    @Test
    void what_the_agent_sees_is_in_the_applications_guard_and_a_wrapped_resource_is_one()
            throws IOException, InterruptedException {
        try (AgentProcess program = start("com.acme.UsesTheGuard")) {
            isOneGuard(program);
        }
    }

    @Test
    void in_an_executable_jar_of_spring_boot_too() throws IOException, InterruptedException {
        try (AgentProcess program = AgentProcess.of(
                AgentProcess.executable(),
                "-javaagent:" + AgentProcess.JAR + "=report.interval=0,scope.grace=0",
                "-jar",
                executableJar().toString())) {
            isOneGuard(program);
        }
    }

    private static void isOneGuard(AgentProcess program) throws IOException, InterruptedException {
        program.awaitOut("ready");
        program.sendUntil("collect", () -> told(program, "leak").size() >= 5);
        program.send("open");
        program.awaitOut("that is all");
        assertThat(program.end()).as(program::all).isZero();

        assertThat(told(program, "leak"))
                .as(program::all)
                .map(line -> line.replaceAll("\\(.*?\\)", ""))
                .containsExactlyInAnyOrder(
                        "file.input ESCAPED_SCOPE UsesTheGuard.inScope scopes [order-1]",
                        "io.reader COLLECTED UsesTheGuard.lose scopes []",
                        "io.reader COLLECTED UsesTheGuard.lose scopes []",
                        "socket COLLECTED UsesTheGuard.lose scopes []",
                        "stream COLLECTED UsesTheGuard.lose scopes []");
        assertThat(told(program, "open"))
                .as(program::all)
                .map(line -> line.replaceAll("\\(.*?\\)", ""))
                .containsExactlyInAnyOrder(
                        "1 file.input UsesTheGuard.early thread [main]",
                        "1 file.input UsesTheGuard.inScope thread [main]",
                        "1 socket.server UsesTheGuard.main thread [main]",
                        "1 file.input UsesTheGuard.keep thread [main]",
                        "1 socket UsesTheGuard.keep thread [main]",
                        "1 directory.stream UsesTheGuard.keep thread [main]",
                        "1 stream UsesTheGuard.keep thread [main]");
        assertThat(program.err()).as(program::all).noneMatch(line -> line.contains("LEAK"));
    }

    /** As Spring Boot's plug-in makes it: the loader's classes at the top, the application and its jars within. */
    private Path executableJar() throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
        main.putValue("Start-Class", "com.acme.UsesTheGuard");
        main.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        main.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        Path jar = folder.resolve("application.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (String part : List.of("BOOT-INF/", "BOOT-INF/classes/", "BOOT-INF/lib/")) {
                out.putNextEntry(new JarEntry(part));
            }
            for (String entry : classPath().split(File.pathSeparator, -1)) {
                Path path = Path.of(entry);
                String name = path.getFileName().toString();
                if (name.startsWith("spring-boot-loader")) {
                    copyClasses(path, out);
                } else if (name.equals("test-classes")) {
                    copyFolder(path.resolve("com"), path, "BOOT-INF/classes/", out);
                } else if (Files.isDirectory(path)) {
                    stored("BOOT-INF/lib/" + path.getName(path.getNameCount() - 3) + ".jar", packed(path), out);
                } else if (name.matches("(guard-core|slf4j-api|caffeine|logback|jspecify).*\\.jar")) {
                    stored("BOOT-INF/lib/" + name, Files.readAllBytes(path), out);
                }
            }
        }
        return jar;
    }

    private static void copyClasses(Path from, JarOutputStream out) throws IOException {
        try (JarFile loader = new JarFile(from.toFile())) {
            for (JarEntry entry : loader.stream().toList()) {
                if (entry.getName().startsWith("org/")) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    try (InputStream in = loader.getInputStream(entry)) {
                        in.transferTo(out);
                    }
                }
            }
        }
    }

    private static void copyFolder(Path folder, Path root, String prefix, JarOutputStream out) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new JarEntry(prefix + root.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
            }
        }
    }

    private static byte[] packed(Path folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream out = new JarOutputStream(bytes)) {
            copyFolder(folder, folder, "", out);
        }
        return bytes.toByteArray();
    }

    /** A jar within a jar must not be compressed. */
    private static void stored(String name, byte[] bytes, JarOutputStream out) throws IOException {
        JarEntry entry = new JarEntry(name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setMethod(JarEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }

    private static List<String> told(AgentProcess program, String what) {
        return program.out().stream()
                .filter(line -> line.startsWith(what + " "))
                .map(line -> line.substring(what.length() + 1))
                .toList();
    }

    @Test
    void of_two_applications_in_one_process_each_has_its_own() throws IOException, InterruptedException {
        try (AgentProcess program = start("com.acme.TwoApplications", classPath())) {
            assertThat(program.awaitEnd()).as(program::all).isZero();

            assertThat(program.out()).as(program::all).contains("first 3", "second 2");
        }
    }
}
