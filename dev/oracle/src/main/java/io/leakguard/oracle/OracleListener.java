package io.leakguard.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Writes a line for each test that left descriptors: its unique id, how many of them three collections closed, how many were
 * open still, and what both led to. The file is the system property {@code leakguard.oracle}; without it nothing is done.
 */
public final class OracleListener implements TestExecutionListener {

    private static final int COLLECTIONS = 3;
    private static final int GRACES = 20;
    private static final long PAUSE_NANOS = 30_000_000;

    private final Map<String, Map<Integer, String>> before = new ConcurrentHashMap<>();

    /** Called by the launcher. */
    public OracleListener() {}

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.isTest() && System.getProperty("leakguard.oracle") != null) {
            before.put(test.getUniqueId(), descriptors());
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Map<Integer, String> first = before.remove(test.getUniqueId());
        String file = System.getProperty("leakguard.oracle");
        if (first == null || file == null) {
            return;
        }
        Map<Integer, String> left = newOnes(first);
        if (left.isEmpty()) {
            return;
        }
        left = afterGrace(first, left);
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        Map<Integer, String> stillThere = newOnes(first);
        stillThere.keySet().retainAll(left.keySet());
        Map<Integer, String> collected = new HashMap<>(left);
        collected.keySet().removeAll(stillThere.keySet());
        write(
                Path.of(file),
                test.getUniqueId() + "\t" + collected.size() + "\t" + stillThere.size() + "\t"
                        + String.join("|", collected.values()) + "\t" + String.join("|", stillThere.values()) + "\n");
    }

    /** What code on other threads closes by itself is no leak, whenever the collector runs. */
    private static Map<Integer, String> afterGrace(Map<Integer, String> first, Map<Integer, String> left) {
        for (int i = 0; i < GRACES && !left.isEmpty(); i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            left.entrySet().retainAll(newOnes(first).entrySet());
        }
        return left;
    }

    private static void write(Path file, String line) {
        try {
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Integer, String> newOnes(Map<Integer, String> first) {
        Map<Integer, String> now = descriptors();
        now.entrySet().removeIf(e -> e.getValue().equals(first.get(e.getKey())));
        return now;
    }

    /** Files and sockets, without those that the JVM and its class loaders open. */
    private static Map<Integer, String> descriptors() {
        Map<Integer, String> result = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path entry : entries) {
                try {
                    String target = Files.readSymbolicLink(entry).toString();
                    if (isOfInterest(target)) {
                        result.put(Integer.parseInt(entry.getFileName().toString()), target);
                    }
                } catch (IOException e) {
                    // The listing's own descriptor is closed by now, and perhaps others.
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new IllegalStateException("the oracle needs /proc/self/fd", e);
        }
        return result;
    }

    private static boolean isOfInterest(String target) {
        return target.startsWith("socket:")
                || (target.startsWith("/")
                        && !target.endsWith(".jar")
                        && !target.endsWith(".so")
                        && !target.endsWith("/modules")
                        && !target.startsWith("/proc/")
                        && !target.startsWith("/sys/")
                        && !target.startsWith("/dev/"));
    }
}
