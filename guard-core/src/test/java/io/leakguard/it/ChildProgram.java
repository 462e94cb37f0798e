package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Compiles small programs, packs them as applications are packed, and runs them in JVMs of their own. */
public final class ChildProgram {

    private static final List<String> RUN_TIME =
            List.of("classes", "slf4j-api", "caffeine", "opentelemetry-", "jspecify");

    private ChildProgram() {}

    /** The guard and what it needs at run time, of this test's class path. */
    public static List<String> guardClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> RUN_TIME.stream().anyMatch(entry::contains) && !entry.contains("test-classes"))
                .toList();
    }

    /** Compiles sources, by class name, into a folder. */
    public static Path compile(Path folder, Map<String, String> sources, String... classPath) throws IOException {
        Path from = Files.createTempDirectory(Files.createDirectories(folder), "sources");
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none",
                "--release",
                "17",
                "-d",
                Files.createDirectories(folder).toString(),
                "-cp"));
        arguments.add(Stream.concat(guardClassPath().stream(), Arrays.stream(classPath))
                .collect(Collectors.joining(File.pathSeparator)));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = from.resolve(source.getKey().replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
            arguments.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, arguments.toArray(new String[0])))
                .isZero();
        return folder;
    }

    /** Packs folders into a jar, each under a path of its own. */
    public static Path jar(Path jar, String manifest, Map<Path, String> folders) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            entries.putNextEntry(new JarEntry("META-INF/MANIFEST.MF"));
            entries.write(("Manifest-Version: 1.0\n" + manifest).getBytes(StandardCharsets.UTF_8));
            for (Map.Entry<Path, String> folder : folders.entrySet()) {
                try (Stream<Path> files = Files.walk(folder.getKey())) {
                    for (Path file : files.toList()) {
                        String name = folder.getValue() + folder.getKey().relativize(file);
                        if (!name.isEmpty() && !name.endsWith("/")) {
                            entries.putNextEntry(new JarEntry(name + (Files.isDirectory(file) ? "/" : "")));
                            if (Files.isRegularFile(file)) {
                                entries.write(Files.readAllBytes(file));
                            }
                        }
                    }
                }
            }
        }
        return jar;
    }

    /** Runs {@code java} with some arguments to a good end; gives what it printed. */
    public static String java(Path folder, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(arguments);
        Path out = Files.createTempFile(folder, "child", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(out);
        assertThat(ended).as("it ends: %s", text).isTrue();
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    public static String path(Object... entries) {
        return Arrays.stream(entries)
                .flatMap(entry -> entry instanceof List<?> list ? list.stream() : Stream.of(entry))
                .map(Object::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
