package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guard that nobody holds any more ends by itself, once nothing of it is open. */
class AbandonedGuardTest {

    private static final ResourceKind KIND = ResourceKind.of("test.abandoned");

    private final List<Object> held = new ArrayList<>();

    private static long threadsOf(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(n -> n.startsWith("leakguard-") && n.contains("-" + name))
                .count();
    }

    private static void useAndForget(String name, Path file) throws Exception {
        LeakGuard guard = LeakGuard.builder().name(name).build();
        try (InputStream in = guard.wrap(Files.newInputStream(file))) {
            in.read();
        }
    }

    /** Long enough for one that was dropped before it, too. */
    private static void awaitTheEndOfAnotherOne(Path dir) throws Exception {
        useAndForget("another", Files.writeString(dir.resolve("file"), "text"));
        Gc.until(() -> threadsOf("another") == 0);
    }

    @Test
    void two_hundred_that_were_used_and_dropped_leave_no_thread_and_say_where_they_were_made(@TempDir Path dir)
            throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "text");
        try (LogEvents log = new LogEvents("io.leakguard")) {
            for (int i = 0; i < 200; i++) {
                useAndForget("dropped-" + i, file);
            }
            Gc.until(() -> threadsOf("dropped-") == 0);
            assertThat(log.messages())
                    .filteredOn(message -> message.contains("dropped-"))
                    .hasSize(200)
                    .first(InstanceOfAssertFactories.STRING)
                    .matches(
                            "LeakGuard dropped-\\d+ was never closed: nobody holds it any more and nothing of it is open, so"
                                    + " it has ended\\. It was made at AbandonedGuardTest\\.useAndForget\\(AbandonedGuardTest\\.java:\\d+\\):"
                                    + " close it there, or make one for the process");
        }
    }

    private static Object openAndForget(String name, List<LeakReport> reports) {
        LeakGuard guard =
                LeakGuard.builder().name(name).listener(reports::add).log(false).build();
        Object handle = new Object();
        guard.track(handle, KIND);
        return handle;
    }

    @Test
    void what_is_open_when_it_is_dropped_is_still_found(@TempDir Path dir) throws Exception {
        List<LeakReport> reports = new CopyOnWriteArrayList<>();
        held.add(openAndForget("still-open", reports));
        awaitTheEndOfAnotherOne(dir);
        assertThat(threadsOf("still-open")).isPositive();
        assertThat(reports).isEmpty();
        held.clear();
        Gc.until(() -> threadsOf("still-open") == 0);
        assertThat(reports)
                .singleElement()
                .satisfies(report -> assertThat(report.siteText()).startsWith("AbandonedGuardTest.openAndForget("));
    }

    private static SocketFactory factory(List<LeakReport> reports) {
        return LeakGuard.builder()
                .name("factory")
                .listener(reports::add)
                .log(false)
                .build()
                .wrap(SocketFactory.getDefault());
    }

    private static void connect(SocketFactory factory, int port) throws Exception {
        Socket socket = factory.createSocket("localhost", port);
        assertThat(socket.isConnected()).isTrue();
    }

    @Test
    void what_can_still_open_something_holds_it(@TempDir Path dir) throws Exception {
        List<LeakReport> reports = new CopyOnWriteArrayList<>();
        held.add(factory(reports));
        awaitTheEndOfAnotherOne(dir);
        try (ServerSocket server = new ServerSocket(0)) {
            connect((SocketFactory) held.get(0), server.getLocalPort());
            Gc.until(() -> !reports.isEmpty());
        }
        held.clear();
        Gc.until(() -> threadsOf("factory") == 0);
    }

    @Test
    void the_one_of_the_process_never_ends_so(@TempDir Path dir) throws Exception {
        LeakGuard.global().track(new Object(), KIND).close();
        awaitTheEndOfAnotherOne(dir);
        assertThat(LeakGuard.global().isEnabled()).isTrue();
    }

    /** Makes and uses a guard, with a page, and closes nothing. */
    public static final class Forgotten implements Runnable {
        @Override
        public void run() {
            try {
                Path page = Files.createTempFile("page", ".html");
                LeakGuard guard = LeakGuard.builder()
                        .name("in-loader")
                        .reportFile(page)
                        .shutdownHook(true)
                        .log(false)
                        .build();
                guard.track(new Object(), ResourceKind.of("test.in.loader")).close();
                page.toFile().deleteOnExit();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void its_class_loader_is_collected_too(@TempDir Path dir) throws Exception {
        assertThat(ChildProgram.java(
                        dir, List.of("-cp", System.getProperty("java.class.path"), Loaders.class.getName())))
                .contains("3 of 3 class loaders were collected");
    }

    /** In a process of its own: what other tests do to this JVM can hold on to class loaders. */
    static final class Loaders {
        public static void main(String[] args) throws Exception {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                loaders.add(GuardLeavesNothingTest.useInAnotherLoader(Forgotten.class));
            }
            Gc.until(() -> loaders.stream().allMatch(loader -> loader.refersTo(null)));
            System.out.println("3 of 3 class loaders were collected");
        }
    }
}
