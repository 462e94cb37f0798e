package io.leakguard.it.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener;
import io.leakguard.ResourceKind;
import io.leakguard.it.Leaks;
import io.leakguard.telemetry.LeakGuardJfr;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A runtime image without {@code jdk.jfr}: a JVM of its own, since this one has it. */
class NoJfrTest {

    /** Runs in the other JVM. */
    public static final class Daemon {
        public static void main(String[] args) {
            if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
                throw new IllegalStateException("this JVM has jdk.jfr");
            }
            Leaks.Recorder recorder = new Leaks.Recorder();
            try (LeakGuard guard =
                    LeakGuard.builder().log(false).listener(recorder).build()) {
                LeakListener.Registration jfr = LeakGuardJfr.install(guard);
                LeakListener.Registration telemetry =
                        LeakGuardTelemetry.create(OpenTelemetry.noop()).install(guard);
                ResourceKind kind = ResourceKind.of("test.nojfr");
                Leaks.forget(guard, kind, "");
                recorder.await(kind);
                telemetry.close();
                jfr.close();
                System.out.println("available " + LeakGuardJfr.isAvailable() + ", leaked "
                        + guard.stats().leaked());
            }
        }
    }

    @Test
    void without_jdk_jfr_all_else_works() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--limit-modules",
                        "java.base,java.logging,java.naming,java.xml,java.management,jdk.unsupported",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Daemon.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("available false, leaked 1").doesNotContain("Exception");
        assertThat(process.exitValue()).isZero();
    }
}
