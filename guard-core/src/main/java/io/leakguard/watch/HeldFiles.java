package io.leakguard.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Collects deleted files that are still open or mapped. The disk keeps their bytes until they are closed. */
final class HeldFiles {

    private static final String DELETED = " (deleted)";
    private static final int MAX_FILES = 4_096;

    private final ProcFs proc;
    private final Map<String, Held> files = new HashMap<>();
    private int beyond;

    /**
     * A file.
     *
     * @param path its former path
     * @param bytes its size; if it is only mapped, the mapped bytes
     * @param descriptors the number of descriptors that lead to it, 0 if it is only mapped
     */
    record Held(String path, long bytes, int descriptors) {}

    HeldFiles(ProcFs proc) {
        this.proc = proc;
    }

    /** Whether such a deleted file takes room on a disk, and not in memory or on a device. */
    static boolean isOnDisk(String link) {
        return link.startsWith("/")
                && !link.startsWith("/memfd:")
                && !link.startsWith("/dev/")
                && !link.startsWith("/SYSV")
                && !link.startsWith("/[")
                && !link.startsWith("/anon_hugepage");
    }

    /** A descriptor of this process and its target. */
    void descriptor(int number, String link) {
        if (!link.endsWith(DELETED) || !isOnDisk(link)) {
            return;
        }
        Path file = proc.ofProcess("fd/" + number);
        String path = link.substring(0, link.length() - DELETED.length());
        Map<String, Object> stat = stat(file);
        Object links = stat.get("nlink");
        if (links instanceof Number n && n.intValue() > 0) {
            return; // its name ends like that, or it has another name
        }
        Object size = stat.get("size");
        long bytes = size instanceof Number n ? n.longValue() : Math.max(0, proc.sizeOf(file));
        add(stat.isEmpty() ? link : device(stat.get("dev")) + " " + stat.get("ino"), path, bytes);
    }

    private static Map<String, Object> stat(Path file) {
        try {
            return Files.readAttributes(file, "unix:dev,ino,nlink,size");
        } catch (IOException | RuntimeException e) {
            return Map.of(); // closed just now, or the platform has no such attributes
        }
    }

    /** The device as the kernel writes it in the list of mappings. */
    private static String device(@org.jspecify.annotations.Nullable Object number) {
        if (!(number instanceof Number n)) {
            return "?";
        }
        long dev = n.longValue();
        long major = (dev >> 8 & 0xfff) | (dev >> 32 & ~0xfffL);
        long minor = (dev & 0xff) | (dev >> 12 & ~0xffL);
        return String.format("%02x:%02x", major, minor);
    }

    private void add(String key, String path, long bytes) {
        if (files.size() >= MAX_FILES && !files.containsKey(key)) {
            beyond++;
            return;
        }
        files.merge(
                key,
                new Held(path, bytes, 1),
                (a, b) -> new Held(a.path, Math.max(a.bytes, b.bytes), a.descriptors + 1));
    }

    /** Adds the files that are only mapped. */
    void mapped(Map<String, AddressSpace.Mapped> mappings) {
        mappings.forEach((key, m) -> files.putIfAbsent(key, new Held(m.path(), m.bytes(), 0)));
    }

    Map<String, Held> files() {
        return files;
    }

    /** The number of descriptors that were not looked at because there are so many. */
    int beyond() {
        return beyond;
    }

    long bytes() {
        return files.values().stream().mapToLong(Held::bytes).sum();
    }
}
