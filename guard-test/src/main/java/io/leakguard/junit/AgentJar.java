package io.leakguard.junit;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds the agent: {@code guard-agent} on the class path, or within the one jar that has all. */
final class AgentJar {

    private static final String AGENT = "io.leakguard.agent.LeakGuardAgent";

    /** Where the one jar has it. */
    private static final String WITHIN = "/META-INF/leakguard/guard-agent.jar";

    private AgentJar() {}

    /**
     * Finds the agent's jar, and has it written to a folder if it is within another.
     *
     * @return null if the class path has none
     * @throws IOException if it can't be written
     */
    static @Nullable Path find(Path folder) throws IOException {
        Path onClassPath = onClassPath();
        if (onClassPath != null) {
            return onClassPath;
        }
        try (InputStream in = AgentJar.class.getResourceAsStream(WITHIN)) {
            return in == null ? null : written(in.readAllBytes(), folder.resolve("agent"));
        }
    }

    private static @Nullable Path onClassPath() {
        try {
            CodeSource source = Class.forName(AGENT, false, AgentJar.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource();
            if (source == null || source.getLocation() == null) {
                return null;
            }
            Path path = Path.of(URI.create(source.getLocation().toString()));
            return Files.isRegularFile(path) ? path : null;
        } catch (ClassNotFoundException | IllegalArgumentException e) {
            return null; // not there, or not a file
        }
    }

    /** Several JVMs of one build write the same: each moves its own to the place, as a whole. */
    private static Path written(byte[] jar, Path folder) throws IOException {
        Path file = folder.resolve("guard-agent.jar").toAbsolutePath();
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), jar)) {
            return file;
        }
        Files.createDirectories(folder);
        Path own = Files.createTempFile(folder, "guard-agent", ".tmp");
        try {
            Files.write(own, jar);
            return Files.move(own, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(own);
        }
    }
}
