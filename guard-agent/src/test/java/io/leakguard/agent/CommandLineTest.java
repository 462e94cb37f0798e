package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;

/** The commands of the jar, on processes of their own. */
class CommandLineTest {

    private static final Pattern COUNTS = Pattern.compile("(\\d+) descriptors?: (\\d+) opened where it is shown, (\\d+)"
            + " leaked, (\\d+) the JVM's own, (\\d+) opened before the agent came, (\\d+) unattributed");

    @TempDir
    Path folder;

    static AgentProcess command(String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(AgentProcess.executable(), "-jar", AgentProcess.JAR.toString()));
        all.addAll(List.of(words));
        AgentProcess process = AgentProcess.of(all.toArray(new String[0]));
        process.awaitEnd();
        return process;
    }

    private static String textOf(AgentProcess command) throws InterruptedException {
        assertThat(command.awaitEnd()).as(command::all).isZero();
        return String.join("\n", command.out());
    }

    @Test
    void descriptors_are_listed_with_the_lines_that_opened_them_and_99_in_100_are_attributed()
            throws IOException, InterruptedException {
        try (AgentProcess program = AgentProcess.withAgent("report.interval=0", "com.acme.Opens")) {
            program.awaitOut("ready");
            program.sendUntil("collect", () -> program.err().stream().anyMatch(line -> line.contains("LEAK selector")));

            String text = textOf(command("open-files", Long.toString(program.pid())));

            Matcher counts = COUNTS.matcher(text.lines().findFirst().orElse(""));
            assertThat(counts.matches()).as(text).isTrue();
            int all = Integer.parseInt(counts.group(1));
            int unattributed = Integer.parseInt(counts.group(6));
            assertThat(100 * unattributed).as(text).isLessThanOrEqualTo(all);
            assertThat(text.lines().count()).isEqualTo(1 + all);
            // As the system has it, but for what collections and the attaching change meanwhile.
            assertThat(all).as(text).isBetween(descriptors(program) - 15, descriptors(program) + 15);
            assertThat(text)
                    .containsPattern(
                            "/etc/hosts  file.input opened at Opens\\.\\S+\\(Opens.java:\\d+\\) · 20.* ago · thread main")
                    .containsPattern("eventpoll\\]  selector opened at Opens")
                    .containsPattern("eventpoll\\]  selector opened at Opens.* · leaked: collected without close\\(\\)")
                    .containsPattern("pipe:\\S+  process \"cat\" opened at Opens.process");
            program.end();
        }
    }

    private static int descriptors(AgentProcess program) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(program.pid()), "fd"))) {
            return (int) all.count();
        }
    }

    @Test
    void status_counts_each_kind_and_the_page_is_written_here() throws IOException, InterruptedException {
        try (AgentProcess program = AgentProcess.withAgent("name=orders", "com.acme.Opens")) {
            program.awaitOut("ready");
            String pid = Long.toString(program.pid());

            assertThat(textOf(command("status", pid)))
                    .contains("LeakGuard orders", "not seen: nothing")
                    .containsPattern("socket.server +21 +15")
                    .containsPattern("buffer.direct: [0-9,]+ bytes open")
                    .containsPattern("buffer.mapped: [0-9,]+ bytes open");
            Path page = folder.resolve("page.html");
            assertThat(textOf(command("report", pid, page.toString()))).isEqualTo("written to " + page);
            assertThat(page).content().startsWith("<!DOCTYPE html>").contains("Opens.java");
            program.end();
        }
    }

    @Test
    void an_attached_agent_sees_what_is_opened_from_then_on_and_a_detached_one_leaves_every_class_as_it_was()
            throws IOException, InterruptedException {
        Path reader = bytesAgent();
        try (AgentProcess program =
                AgentProcess.java(List.of("-XX:+EnableDynamicAgentLoading"), "com.acme.UnderLoad")) {
            program.awaitOut("ready");
            String pid = Long.toString(program.pid());
            Map<String, String> before = bytes(program, reader, 1);
            assertThat(before).as(before.keySet().toString()).hasSize(10);

            assertThat(textOf(command("attach", pid, "report.interval=0"))).contains("is in process");
            assertThat(bytes(program, reader, 2)).isNotEqualTo(before);
            // The first may have no stack, as very much is opened; from then on each has one.
            program.sendUntil(
                    "leak",
                    () -> program.err().stream()
                            .anyMatch(line -> line.contains(
                                    "LEAK file.input collected without close() · opened at UnderLoad.leak")));
            assertThat(textOf(command("status", pid)))
                    .contains("resources that were opened before the agent came are unknown");

            assertThat(textOf(command("detach", pid))).contains("every class has its bytes back");
            assertThat(bytes(program, reader, 3)).isEqualTo(before);
            long leaks = leaks(program);
            program.send("leak");
            program.send("collect");
            bytes(program, reader, 4); // it has done both
            assertThat(command("status", pid).err()).anyMatch(line -> line.contains("the agent is not in process"));

            assertThat(textOf(command("attach", pid, "report.interval=0"))).contains("is in process");
            assertThat(bytes(program, reader, 5)).isNotEqualTo(before);
            assertThat(leaks(program)).isEqualTo(leaks);
            assertThat(program.end()).as(program::all).isZero();
            assertThat(program.out()).contains("end").noneMatch(line -> line.startsWith("failed"));
        }
    }

    private static long leaks(AgentProcess program) {
        return program.err().stream().filter(line -> line.contains("LEAK")).count();
    }

    /** Without the order of constants and what is for debuggers, which the JVM changes at each redefinition. */
    private static Map<String, String> bytes(AgentProcess program, Path reader, int times) {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(program.pid()));
            machine.loadAgent(reader.toString());
            machine.detach();
        } catch (IOException | AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
            throw new AssertionError(program.all(), e);
        }
        program.send("bytes");
        program.sendUntil("", () -> bytes(program).size() == times);
        Map<String, String> result = new TreeMap<>();
        for (String entry :
                bytes(program).get(times - 1).replaceAll("bytes \\{|}", "").split(", ", -1)) {
            String[] nameAndBytes = entry.split("=", 2);
            ClassWriter anew = new ClassWriter(0);
            new ClassReader(Base64.getDecoder().decode(nameAndBytes[1]))
                    .accept(anew, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            result.put(nameAndBytes[0], Base64.getEncoder().encodeToString(anew.toByteArray()));
        }
        return result;
    }

    private static List<String> bytes(AgentProcess program) {
        return program.out().stream().filter(line -> line.startsWith("bytes")).toList();
    }

    private Path bytesAgent() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Agent-Class"), "com.acme.BytesAgent");
        manifest.getMainAttributes().put(new Attributes.Name("Can-Retransform-Classes"), "true");
        Path jar = folder.resolve("bytes.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry("com/acme/BytesAgent.class"));
            Files.copy(Path.of("target", "test-classes", "com", "acme", "BytesAgent.class"), out);
        }
        return jar;
    }

    @Test
    void at_the_last_descriptor_the_table_goes_to_the_log_by_itself_once() throws IOException, InterruptedException {
        String java = AgentProcess.executable();
        String classes = Path.of("target", "test-classes").toAbsolutePath().toString();
        try (AgentProcess program = AgentProcess.of(
                "sh",
                "-c",
                "ulimit -n 150; exec " + java + " -javaagent:" + AgentProcess.JAR + " -cp " + classes
                        + " com.acme.Exhausts")) {
            program.awaitOut("ready");
            program.sendUntil(
                    "fill", () -> program.err().stream().anyMatch(line -> line.contains("no descriptor is left")));
            program.sendUntil(
                    "again",
                    () -> program.out().stream().filter("failed"::equals).count() > 20);

            assertThat(program.err())
                    .as(program::all)
                    .filteredOn(line -> line.contains("no descriptor is left"))
                    .singleElement()
                    .asString()
                    .contains("ERROR io.leakguard.agent - no descriptor is left of 150: ");
            assertThat(String.join("\n", program.err()))
                    .containsPattern("\\d\\d+  file.input +\\S+ \\S+ +Exhausts.open\\(Exhausts.java:\\d+\\)");
            assertThat(program.end()).isZero();
        }
    }

    @Test
    void help_lists_all_commands_and_a_wrong_one_says_what_is_right() throws IOException, InterruptedException {
        String help = textOf(command("help"));
        assertThat(help)
                .contains("attach <pid>", "status <pid>", "open-files <pid>", "report <pid> <file>", "detach <pid>")
                .contains("preflight", "help");
        AgentProcess wrong = command("stauts", "1");
        assertThat(wrong.awaitEnd()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("there is no command 'stauts'")
                .contains(help.lines().toArray(String[]::new));
        assertThat(command("status").err()).contains("status needs the number of a process: jps or ps shows it");
        assertThat(command("report", "1").err()).contains("report needs the path of the file to write");
    }

    @Test
    void a_process_without_the_agent_shows_its_descriptors_by_type_and_preflight_shows_its_limits()
            throws IOException, InterruptedException {
        try (AgentProcess program = AgentProcess.java(List.of(), "com.acme.Opens")) {
            program.awaitOut("ready");
            String pid = Long.toString(program.pid());

            AgentProcess files = command("open-files", pid);
            assertThat(textOf(files)).contains("process " + pid, "by type");
            assertThat(files.err()).anyMatch(line -> line.contains("the agent is not in process " + pid));
            assertThat(textOf(command("preflight", pid))).contains("process " + pid);
            assertThat(command("status", pid).awaitEnd()).isEqualTo(1);
            program.end();
        }
    }

    @Test
    void the_usage_is_checked_before_anything_is_attached() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream to = new PrintStream(err, true, StandardCharsets.UTF_8);
        assertThat(new Main(to, to).run(List.of("status", "abc"))).isEqualTo(Main.USAGE);
        assertThat(new Main(to, to).run(List.of("detach", "1", "2"))).isEqualTo(Main.USAGE);
        assertThat(new Main(to, to).run(List.of())).isEqualTo(Main.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("detach takes no '2'", "a command is missing");
    }
}
