package io.leakguard.junit.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Tests that know nothing of the extension, and a JVM of its own to run them in as a build tool does. */
class OldProject {

    private static final List<Object> HELD = new ArrayList<>();

    @Test
    void keeps_a_buffer() {
        HELD.add(PooledByteBufAllocator.DEFAULT.directBuffer(16));
    }

    @Test
    void keeps_a_connection() throws SQLException {
        HELD.add(DriverManager.getConnection("jdbc:leakguard:h2:mem:old-project"));
    }

    @Test
    void releases_a_buffer() {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        buffer.release();
    }

    public static void main(String[] args) {
        if (args[0].equals("late")) {
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        try (LauncherSession session = LauncherFactory.openSession()) {
            session.getLauncher()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(DiscoverySelectors.selectClass(OldProject.class))
                                    .build(),
                            summary);
        }
        summary.getSummary().printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 30);
        System.out.println("tests failed: " + summary.getSummary().getTestsFailedCount());
    }

    /** What such a JVM prints. */
    static String run(Path folder, String mode) throws IOException, InterruptedException {
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dleakguard.junit.enabled=true",
                        "-cp",
                        ManagementFactory.getRuntimeMXBean().getClassPath(),
                        OldProject.class.getName(),
                        mode)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new AssertionError("it did not end: " + Files.readString(out));
            }
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(out);
    }
}
