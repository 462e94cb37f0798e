package io.leakguard.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command line, in a process that has nothing but our jar. */
class CommandLineTest {

    @TempDir
    Path folder;

    private record Ended(int code, String out, String err) {}

    private Ended java(List<String> command) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> all = new ArrayList<>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        all.add("-Xshare:auto");
        all.add("-XX:TieredStopAtLevel=1");
        all.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(all).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** What the build packages: the compiled classes with the manifest's main class, and not one library. */
    private Path jar() throws IOException {
        Path classes = Path.of(HostLimits.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        Path jar = folder.resolve("guard-core.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "io.leakguard.watch.Main");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            Files.walkFileTree(classes, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    String name = classes.relativize(file).toString();
                    if (!name.equals("META-INF/MANIFEST.MF")) {
                        out.putNextEntry(new JarEntry(name));
                        Files.copy(file, out);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return jar;
    }

    private static Ended run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                List.of(args),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void preflight_runs_from_the_jar_alone() throws Exception {
        Ended ended = java(List.of("-jar", jar().toString(), "preflight"));
        assertThat(ended.err).isEmpty();
        assertThat(ended.code).isEqualTo(Main.OK);
        assertThat(ended.out).contains("nofile = ").contains("net.ipv4.tcp_fin_timeout = ");
    }

    @Test
    void preflight_runs_without_the_management_modules() throws Exception {
        Ended ended = java(List.of("--limit-modules", "java.base", "-jar", jar().toString(), "preflight"));
        assertThat(ended.err).isEmpty();
        assertThat(ended.code).isEqualTo(Main.OK);
        assertThat(ended.out).contains("nofile = ");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void open_files_shows_the_sockets_of_another_process() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String pid = Long.toString(ProcessHandle.current().pid());
            Ended ended = java(List.of("-jar", jar().toString(), "open-files", pid));
            assertThat(ended.err).isEmpty();
            assertThat(ended.code).isEqualTo(Main.OK);
            assertThat(ended.out)
                    .startsWith("process " + pid + " (java): ")
                    .contains("by type")
                    .contains("  socket")
                    .contains("TCP sockets by state")
                    .contains("  LISTEN");
            assertThat(server.isBound()).isTrue();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void preflight_looks_at_the_limits_of_another_process() throws Exception {
        Process other = new ProcessBuilder("/bin/sh", "-c", "ulimit -n 300; echo up; exec sleep 60").start();
        try (var lines = other.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("up");
            Ended ended = run("preflight", "--strict", Long.toString(other.pid()));
            assertThat(ended.code).isEqualTo(Main.WARNINGS);
            assertThat(ended.out)
                    .startsWith("process " + other.pid())
                    .contains("WARNING nofile = 300")
                    .contains("change it in the systemd unit, [Service]: LimitNOFILE=65536");
        } finally {
            other.destroy();
        }
        Ended gone = run("preflight", "2147483647");
        assertThat(gone.code).isEqualTo(Main.FAILED);
        assertThat(gone.err).contains("no process 2147483647");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void what_another_user_owns_is_told_and_not_taken_for_closed() throws Exception {
        Path fd = Files.createDirectories(folder.resolve("proc/17/fd"));
        Files.writeString(fd.resolve("3"), "no link: it can't be read as one");
        Files.writeString(folder.resolve("proc/17/comm"), "orders\n");
        Ended ended = run("open-files", "17", "--root", folder.toString());
        assertThat(ended.out).contains("process 17 (orders): 1 descriptors").contains("1  may not be looked at");
    }

    @Test
    void the_build_names_the_main_class() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<mainClass>io.leakguard.watch.Main</mainClass>");
    }

    @Test
    void help_is_shown_on_demand() {
        assertThat(run("help").code).isEqualTo(Main.OK);
        assertThat(run("help").out).contains("usage: java -jar guard-core.jar");
        assertThat(run("--help").out).contains("open-files <pid>");
    }

    @Test
    void wrong_usage_is_told_with_the_usage_and_exit_code_2() {
        for (String[] args : new String[][] {
            {},
            {"prefight"},
            {"preflight", "now"},
            {"preflight", "--loud"},
            {"preflight", "--root"},
            {"preflight", "--root", "/no/such/folder"},
            {"open-files"},
            {"open-files", "1", "2"},
            {"open-files", "abc"},
            {"open-files", "-5"},
            {"open-files", "0"},
            {"open-files", "99999999999"},
            {"open-files", "1", "--strict"},
        }) {
            Ended ended = run(args);
            assertThat(ended.code).as(String.join(" ", args)).isEqualTo(Main.USAGE);
            assertThat(ended.err).contains("usage: java -jar guard-core.jar");
            assertThat(ended.out).isEmpty();
        }
        assertThat(run("prefight").err).contains("'prefight'");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_process_that_is_not_there_is_told_with_exit_code_1() {
        Ended ended = run("open-files", "2147483647");
        assertThat(ended.code).isEqualTo(Main.FAILED);
        assertThat(ended.err).contains("no process 2147483647");
    }

    @Test
    void without_proc_open_files_says_so() {
        Ended ended = run("open-files", "17", "--root", folder.toString());
        assertThat(ended.code).isEqualTo(Main.FAILED);
        assertThat(ended.err).contains("no /proc");
    }

    @Test
    void a_recorded_machine_can_be_looked_at() throws IOException {
        RecordedProc.unpack("linux-5.10-container", folder);
        Ended preflight = run("preflight", "--strict", "--root", folder.toString());
        assertThat(preflight.code).isEqualTo(Main.WARNINGS);
        assertThat(preflight.out).contains("WARNING nofile = 1024");
        Ended files = run("open-files", "self", "--root", folder.toString());
        assertThat(files.code).isEqualTo(Main.OK);
        assertThat(files.out)
                .contains("14 descriptors of 1024 (1.4 %)")
                .contains("       5  socket")
                .contains("       1  CLOSE_WAIT")
                .contains("       2  10.0.0.11:5432")
                .contains("       2  /var/lib/orders/data.db");
    }
}
