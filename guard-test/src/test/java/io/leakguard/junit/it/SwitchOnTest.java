package io.leakguard.junit.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.junit.LeakGuardExtension;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.reporting.FileEntry;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** One {@code -D} is enough, in a JVM of its own and by JUnit's own launcher, with nothing changed in the project. */
class SwitchOnTest {

    @TempDir
    Path folder;

    /** A project's test that knows nothing of LeakGuard's extension. */
    static class OldProject {
        static final List<Object> HELD = new ArrayList<>();

        @Test
        void leaks() {
            HELD.add(new Thing("old"));
        }

        @Test
        void is_fine() {
            assertThat(LeakGuard.global()).isNotNull();
        }

        @Test
        void drops_on_another_thread() throws InterruptedException {
            Thread thread = new Thread(new Opener(new java.util.concurrent.CountDownLatch(1)));
            thread.start();
            thread.join();
        }
    }

    /** Runs one class as a build tool does. */
    static final class Main {
        public static void main(String[] args) throws ClassNotFoundException {
            SummaryGeneratingListener summary = new SummaryGeneratingListener();
            try (LauncherSession session = LauncherFactory.openSession()) {
                Launcher launcher = session.getLauncher();
                launcher.execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(Class.forName(args[0])))
                                .build(),
                        summary,
                        new TestExecutionListener() {
                            @Override
                            public void fileEntryPublished(TestIdentifier testIdentifier, FileEntry file) {
                                System.out.println("published by " + testIdentifier.getDisplayName() + ": "
                                        + file.getPath().getFileName() + ", "
                                        + file.getMediaType().orElse("?"));
                            }
                        });
            }
            summary.getSummary().printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 30);
            System.out.println("tests failed: " + summary.getSummary().getTestsFailedCount());
        }
    }

    private String run(String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", ManagementFactory.getRuntimeMXBean().getClassPath(), Main.class.getName()));
        command.add(OldProject.class.getName());
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(out);
    }

    @Test
    void without_an_option_nothing_is_checked() throws Exception {
        assertThat(run()).contains("tests failed: 0").doesNotContain("[leakguard]");
    }

    @Test
    void junits_auto_detection_is_enough() throws Exception {
        String out = run("-Djunit.jupiter.extensions.autodetection.enabled=true");
        assertThat(out)
                .contains("1 resource leaked by SwitchOnTest$OldProject > leaks()", "[leakguard] 3 tests, 2 leaks");
        assertThat(folder.resolve("target/leakguard/leaks.json")).exists();
        assertThat(folder.resolve("target/leakguard/leaks.html")).exists();
        assertThat(out).contains("published by JUnit Jupiter: leaks.html, text/html");
    }

    @Test
    void the_switch_of_its_own_is_enough() throws Exception {
        assertThat(run("-Dleakguard.junit.enabled=true"))
                .contains("1 resource leaked by SwitchOnTest$OldProject > leaks()", "[leakguard] 3 tests, 2 leaks");
    }

    @Test
    void without_explicit_gc_the_answer_is_inconclusive_and_never_that_all_is_well() throws Exception {
        String out = run("-XX:+DisableExplicitGC", "-Dleakguard.junit.enabled=true");
        assertThat(out).contains("INCONCLUSIVE", "-XX:+DisableExplicitGC");
        assertThat(Files.readString(folder.resolve("target/leakguard/leaks.json")))
                .contains("\"inconclusive\": \"leaks that only the garbage collector can find");
    }

    @Test
    void it_is_found_as_a_service() {
        assertThat(ServiceLoader.load(Extension.class).stream().map(ServiceLoader.Provider::type))
                .anyMatch(type -> type == LeakGuardExtension.class);
    }
}
