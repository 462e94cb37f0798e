package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakGuard;
import io.leakguard.ResourceKind;
import io.leakguard.internal.detect.IdleCollection;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leak in a daemon that does nothing else is found, if the guard may ask for a collection. */
class IdleCollectionTest {

    private static final long IDLE = TimeUnit.MINUTES.toNanos(15);

    @TempDir
    Path dir;

    @Test
    void an_idle_daemons_leak_is_found_when_the_guard_may_ask_for_a_collection() throws Exception {
        assertThat(idleDaemon("-Dleakguard.gc.after.idle=1s"))
                .contains("collections before: 0")
                .contains("LEAK test.idle collected without close()")
                .contains("the leak was found")
                .doesNotContain("System.gc() collected nothing");
    }

    @Test
    void where_asking_collects_nothing_the_log_says_so_once_and_it_asks_again_after_the_same_time() {
        AtomicLong asked = new AtomicLong();
        AtomicLong open = new AtomicLong();
        IdleCollection idle = new IdleCollection(IDLE, open::get, asked::incrementAndGet);
        try (LogEvents log = new LogEvents("io.leakguard")) {
            idle.tick(0);
            for (long now = IDLE; asked.get() < 5; now += IDLE) {
                open.incrementAndGet(); // more than before, also if this JVM has collected by itself in between
                idle.tick(now);
            }
            assertThat(log.messages())
                    .filteredOn(message -> message.contains("remove -XX:+DisableExplicitGC"))
                    .hasSize(1);
        }
    }

    private String idleDaemon(String... options) throws Exception {
        Path out = dir.resolve("out.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Room for the classes and objects of a start, so that the JVM collects nothing by itself.
        command.addAll(List.of("-XX:+UseG1GC", "-Xms512m", "-Xmx512m", "-XX:MetaspaceSize=256m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Daemon.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    /** Leaks once and then does nothing. */
    static final class Daemon {
        public static void main(String[] args) {
            try (LeakGuard guard = LeakGuard.create()) {
                guard.track(new Object(), ResourceKind.of("test.idle"));
                System.out.println("collections before: " + collections());
                boolean disabled =
                        ManagementFactory.getRuntimeMXBean().getInputArguments().contains("-XX:+DisableExplicitGC");
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(disabled ? 6 : 60);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(90))
                        .until(() -> guard.stats().leaked() > 0 || System.nanoTime() - until > 0);
                System.out.println(guard.stats().leaked() > 0 ? "the leak was found" : "not found");
                guard.flush(Duration.ofSeconds(10));
            }
        }

        private static long collections() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                    .sum();
        }
    }

    @Test
    void it_collects_once_for_each_time_that_more_is_open() {
        AtomicLong open = new AtomicLong();
        AtomicLong asked = new AtomicLong();
        IdleCollection idle = new IdleCollection(IDLE, open::get, () -> {
            asked.incrementAndGet();
            System.gc();
        });
        idle.tick(0);
        long now = 0;
        for (int i = 0; i < 20; i++) {
            idle.tick(now += IDLE);
        }
        assertThat(asked).as("nothing has grown").hasValue(0);
        open.set(1);
        // This JVM may collect by itself in between, and is then idle from there on.
        for (int i = 0; i < 20 && asked.get() == 0; i++) {
            open.incrementAndGet();
            idle.tick(now += IDLE - 1);
            idle.tick(now += 1);
        }
        assertThat(asked).hasValue(1);
        for (int i = 0; i < 20; i++) {
            idle.tick(now += IDLE);
        }
        assertThat(asked).as("what is left after the collection is what it was").hasValue(1);
    }

    @Test
    void it_never_collects_at_the_default_setting() {
        AtomicLong asked = new AtomicLong();
        IdleCollection idle = new IdleCollection(0, new AtomicLong()::incrementAndGet, asked::incrementAndGet);
        for (long now = 0; now < 100; now++) {
            idle.tick(now * IDLE);
        }
        assertThat(asked).hasValue(0);
    }
}
