package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.leakguard.CaptureBudget;
import io.leakguard.LeakGuard;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.SiteLeaks;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that has used up its descriptors can still say who did it. */
@SuppressWarnings({"ModifiedButNotUsed", "AddressSelection"}) // holding the sockets is the point
class EmfileTest {

    @TempDir
    Path dir;

    @Test
    void reports_come_out_when_no_descriptor_is_left() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell that can lower the descriptor limit");
        Path out = dir.resolve("out.txt");
        List<String> command = List.of(
                "/bin/sh",
                "-c",
                "ulimit -n 160; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                LeakSockets.class.getName(),
                dir.resolve("page.html").toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text)
                .contains("NO DESCRIPTOR LEFT")
                .contains("WARN io.leakguard.leak")
                .contains(
                        "LEAK socket still open when its scope ended · opened at EmfileTest$LeakSockets.connect(EmfileTest.java:")
                .contains(
                        "LEAK socket collected without close() · opened at EmfileTest$LeakSockets.connect(EmfileTest.java:")
                .contains("OPEN socket at EmfileTest$LeakSockets.connect(EmfileTest.java:")
                .doesNotContain("LeakGuard failed");
        assertThat(dir.resolve("page.html"))
                .as("the page, written with no descriptor left")
                .content(StandardCharsets.UTF_8)
                .contains("EmfileTest$LeakSockets", "</html>");
    }

    /** Leaks sockets until none is left, then lets the guard report; only then are descriptors freed. */
    @SuppressWarnings({"ModifiedButNotUsed", "AddressSelection"}) // holding on to them is the use
    static final class LeakSockets {
        private static final List<Object> HELD = new ArrayList<>();

        /** A handle by hand: this test is about the engine. */
        static final class Connection {
            final Socket socket;
            final LeakTracker tracker;

            Connection(LeakGuard guard, Socket socket) {
                this.socket = socket;
                this.tracker = guard.track(this, ResourceKind.SOCKET, "to the peer");
            }
        }

        public static void main(String[] args) throws Exception {
            LeakGuard guard = LeakGuard.builder()
                    .capture(CaptureBudget.unlimited())
                    .scopeGrace(Duration.ZERO)
                    .reportFile(Path.of(args[0]))
                    .build();
            ServerSocket server = new ServerSocket(0, 500);
            List<Socket> raw = new ArrayList<>();
            int leaked = 0;
            // These are collected: no scope's end can be told of them first.
            for (; leaked < 40; leaked++) {
                raw.add(connect(guard, server.getLocalPort()).socket); // the descriptor stays taken
            }
            try (var scope = guard.openScope("peak load")) {
                while (true) {
                    HELD.add(connect(guard, server.getLocalPort()));
                    leaked++;
                }
            } catch (IOException e) {
                System.out.println("NO DESCRIPTOR LEFT after " + leaked + ": " + e.getMessage());
            }
            // Not by Gc: its classes could not be loaded any more.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (found(guard) < leaked && System.nanoTime() < deadline) {
                System.gc();
                Thread.onSpinWait();
            }
            guard.flush(Duration.ofSeconds(10));
            guard.open().groups().forEach(g -> System.out.println("OPEN " + g.kind() + " at " + g.siteText()));
            long found =
                    guard.leaks().stream().mapToLong(SiteLeaks::occurrences).sum();
            System.out.println("FOUND " + found + " of " + leaked);
            boolean still;
            try (Socket another = new Socket("127.0.0.1", server.getLocalPort())) {
                still = false;
            } catch (IOException e) {
                still = true;
            }
            guard.close();
            System.exit(found == leaked && still && guard.stats().internalErrors() == 0 ? 0 : 1);
        }

        private static long found(LeakGuard guard) {
            long found = 0;
            for (SiteLeaks site : guard.leaks()) {
                found += site.occurrences();
            }
            return found;
        }

        private static Connection connect(LeakGuard guard, int port) throws IOException {
            return new Connection(guard, new Socket("127.0.0.1", port));
        }
    }
}
