package io.leakguard.agent.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads this process's descriptors from the system. On the guard's threads. */
final class Descriptors {

    private static final Path FOLDER = Path.of("/proc/self/fd");
    private static final String DELETED = " (deleted)";
    private static final Path INFO = Path.of("/proc/self/fdinfo");

    private Descriptors() {}

    /** The target of a descriptor; empty if unknown. */
    static String target(int descriptor) {
        try {
            return Files.readSymbolicLink(FOLDER.resolve(Integer.toString(descriptor)))
                    .toString();
        } catch (IOException | RuntimeException e) {
            return "";
        }
    }

    /** A path as the system tells of it; that of a file that is gone as far as it is known. */
    static String path(String description) {
        try {
            if (description.isEmpty()) {
                return "";
            }
            Path path = Path.of(description);
            try {
                return path.toRealPath().toString();
            } catch (IOException e) {
                return path.toAbsolutePath().normalize().toString();
            }
        } catch (RuntimeException e) {
            return ""; // it is no path
        }
    }

    /** The path in what a descriptor is open on, also if the file was deleted since. */
    static String file(String target) {
        return target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length()) : target;
    }

    /** All, without the one that this needs; empty if there is no /proc. */
    static Map<Integer, String> all() {
        Map<Integer, String> result = new TreeMap<>();
        if (!Files.isDirectory(FOLDER)) {
            return result;
        }
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(FOLDER)) {
            for (Path entry : entries) {
                numbers.add(Integer.valueOf(entry.getFileName().toString()));
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
            return result;
        }
        for (int number : numbers) {
            String target = target(number);
            if (!target.isEmpty()) { // empty: the descriptor of the listing itself
                result.put(number, target);
            }
        }
        return result;
    }

    /** The sockets through which tools attach to the JVM. */
    static Set<String> attachSockets() {
        Set<String> result = new HashSet<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/net/unix"), StandardCharsets.UTF_8)) {
                if (line.contains(".java_pid" + ProcessHandle.current().pid())) {
                    String[] columns = line.strip().split("\\s+", -1);
                    result.add("socket:[" + columns[columns.length - 2] + "]");
                }
            }
        } catch (IOException | RuntimeException e) {
            result.clear(); // unknown
        }
        return result;
    }

    /** The descriptors that an epoll descriptor listens to. */
    static List<Integer> listenedTo(int descriptor) {
        List<Integer> result = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(INFO.resolve(Integer.toString(descriptor)), StandardCharsets.UTF_8)) {
                if (line.startsWith("tfd:")) {
                    result.add(Integer.valueOf(
                            line.substring("tfd:".length()).strip().split("\\s+", -1)[0]));
                }
            }
        } catch (IOException | RuntimeException e) {
            result.clear(); // unknown
        }
        return result;
    }
}
