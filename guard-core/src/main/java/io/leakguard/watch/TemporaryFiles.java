package io.leakguard.watch;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds temporary files that this process made and left. The kernel doesn't record who made a file. A file counts only
 * if this process was seen to have it open, or its name contains this process's number, or no other process of this
 * user runs here that could have made it. For one thread at a time.
 */
final class TemporaryFiles {

    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_SEEN = 10_000;
    private static final int MAX_PROCESSES = 2_000;
    /** A shorter number in a name can mean anything. */
    private static final long LEAST_PID = 1_000;

    private static final Pattern VARIABLE =
            Pattern.compile("(?<![0-9A-Za-z])[0-9a-fA-F][0-9a-fA-F-]{7,}(?![0-9A-Za-z])|[0-9]+");

    private final @Nullable Path folder;
    private final Path processes;
    private final long pid;
    private final long startedMillis;
    private final Duration leftAfter;
    /** Files in the folder that this process had open at a look. */
    private final Set<String> seen = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_SEEN;
        }
    });

    private Set<String> open = new HashSet<>();

    /**
     * The files that were left.
     *
     * @param files their number
     * @param bytes the sum of their sizes
     * @param byName bytes by name, with numbers as {@code *}
     * @param countByName the same for the number of files
     */
    record Left(long files, long bytes, Map<String, Long> byName, Map<String, Long> countByName) {
        static final Left NONE = new Left(0, 0, Map.of(), Map.of());
    }

    /** @param leftAfter a file counts as left if it was not written to for this long */
    TemporaryFiles(@Nullable Path folder, Path processes, long pid, long startedMillis, Duration leftAfter) {
        this.folder = folder;
        this.processes = processes;
        this.pid = pid;
        this.startedMillis = startedMillis;
        this.leftAfter = leftAfter;
    }

    static TemporaryFiles ofThisProcess(Duration leftAfter) {
        ProcessHandle self = ProcessHandle.current();
        return new TemporaryFiles(
                folder(),
                Path.of("/proc"),
                self.pid(),
                self.info().startInstant().map(java.time.Instant::toEpochMilli).orElse(System.currentTimeMillis()),
                leftAfter);
    }

    private static @Nullable Path folder() {
        String name = System.getProperty("java.io.tmpdir");
        try {
            return name == null || name.isEmpty() ? null : Path.of(name).toRealPath();
        } catch (IOException | InvalidPathException | SecurityException e) {
            return null;
        }
    }

    /** A descriptor of this process leads to this path. */
    void descriptor(String link) {
        Path f = folder;
        if (f != null && link.startsWith(f + "/")) {
            open.add(link);
            seen.add(link);
        }
    }

    /** Looks at the folder, then forgets which files were open. Empty if the folder can't be listed. */
    Optional<Left> look(long nowMillis) {
        Set<String> openNow = open;
        open = new HashSet<>();
        Path f = folder;
        if (f == null) {
            return Optional.empty();
        }
        Integer user = user(processes.resolve(Long.toString(pid)));
        if (user == null) {
            return Optional.empty();
        }
        boolean alone = isAlone(user);
        long files = 0;
        long bytes = 0;
        Map<String, Long> byName = new HashMap<>();
        Map<String, Long> countByName = new HashMap<>();
        int entries = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(f)) {
            for (Path file : all) {
                if (++entries > MAX_ENTRIES) {
                    break;
                }
                String path = file.toString();
                boolean ours = alone
                        || seen.contains(path)
                        || hasPid(file.getFileName().toString());
                if (!ours || openNow.contains(path)) {
                    continue;
                }
                long size = left(file, user, nowMillis);
                if (size >= 0) {
                    files++;
                    bytes += size;
                    String name = pattern(file.getFileName().toString());
                    byName.merge(name, size, Long::sum);
                    countByName.merge(name, 1L, Long::sum);
                }
            }
        } catch (IOException | DirectoryIteratorException | SecurityException e) {
            return Optional.empty(); // perhaps no descriptor is left
        }
        return Optional.of(new Left(files, bytes, byName, countByName));
    }

    /** The file's size if it was made since this process started and was not written to for a while, else -1. */
    private long left(Path file, int user, long nowMillis) {
        try {
            Map<String, Object> stat = Files.readAttributes(
                    file, "unix:uid,size,isRegularFile,lastModifiedTime,creationTime", LinkOption.NOFOLLOW_LINKS);
            if (!Boolean.TRUE.equals(stat.get("isRegularFile"))
                    || !Integer.valueOf(user).equals(stat.get("uid"))) {
                return -1;
            }
            // Before JDK 22 the creation time is that of the last change.
            long made = millis(stat.get("creationTime"));
            long written = millis(stat.get("lastModifiedTime"));
            return made >= startedMillis
                            && nowMillis - written >= leftAfter.toMillis()
                            && stat.get("size") instanceof Number size
                    ? size.longValue()
                    : -1;
        } catch (IOException | RuntimeException e) {
            return -1; // deleted just now
        }
    }

    private static long millis(@Nullable Object time) {
        return time instanceof FileTime t ? t.toMillis() : 0;
    }

    private static @Nullable Integer user(Path file) {
        try {
            return Files.getAttribute(file, "unix:uid") instanceof Integer uid ? uid : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** {@code orders-4711.tmp}, but not {@code orders-24711.tmp}. */
    private boolean hasPid(String name) {
        if (pid < LEAST_PID) {
            return false;
        }
        String number = Long.toString(pid);
        for (int at = name.indexOf(number); at >= 0; at = name.indexOf(number, at + 1)) {
            int end = at + number.length();
            if ((at == 0 || !Character.isDigit(name.charAt(at - 1)))
                    && (end == name.length() || !Character.isDigit(name.charAt(end)))) {
                return true;
            }
        }
        return false;
    }

    /** Whether this user has no other process, except the first one (a container's) and children. */
    private boolean isAlone(int user) {
        int looked = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path process : all) {
                if (++looked > MAX_PROCESSES) {
                    return false;
                }
                long other = ProcFs.parseLong(process.getFileName().toString()).orElse(-1);
                if (other <= 1 || other == pid) {
                    continue;
                }
                Integer uid = user(process);
                if (uid != null && uid == user && !isOurs(other)) {
                    return false;
                }
            }
            return true;
        } catch (IOException | DirectoryIteratorException | SecurityException e) {
            return false;
        }
    }

    private boolean isOurs(long other) {
        Optional<ProcessHandle> at = ProcessHandle.of(other);
        for (int i = 0; i < 32 && at.isPresent(); i++) {
            if (at.get().pid() == pid) {
                return true;
            }
            at = at.get().parent();
        }
        return false;
    }

    /** {@code upload-*.tmp} for {@code upload-1234567.tmp}. */
    static String pattern(String name) {
        return VARIABLE.matcher(name).replaceAll("*");
    }
}
