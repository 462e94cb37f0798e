package io.leakguard.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts descriptors by type. For one pass over them. */
final class DescriptorTypes {

    private static final int MAX_PATHS = 4_096;

    private final Map<String, Long> types = new HashMap<>();
    private final Map<String, Long> paths = new HashMap<>();
    final List<Long> socketInodes = new ArrayList<>();
    int looked;
    int stride = 1;

    void add(String link) {
        long inode = socketInode(link);
        if (inode >= 0) {
            socketInodes.add(inode);
        }
        types.merge(type(link), 1L, Long::sum);
        if (link.startsWith("/") && (paths.size() < MAX_PATHS || paths.containsKey(link))) {
            paths.merge(link, 1L, Long::sum);
        }
    }

    static String type(String link) {
        if (link.startsWith("socket:")) {
            return "socket";
        }
        if (link.startsWith("pipe:")) {
            return "pipe";
        }
        if (link.startsWith("anon_inode:")) {
            // anon_inode:[eventpoll], but anon_inode:inotify
            String name = link.substring("anon_inode:".length());
            return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        }
        if (link.startsWith("/memfd:")) {
            return "memfd";
        }
        if (link.startsWith("/dev/")) {
            return "device";
        }
        if (link.startsWith("/")) {
            return link.endsWith(" (deleted)") ? "deleted file" : "file";
        }
        int colon = link.indexOf(':');
        return colon > 0 ? link.substring(0, colon) : "other";
    }

    /** The inode of {@code socket:[4711]}; -1 for anything else. */
    static long socketInode(String link) {
        if (!link.startsWith("socket:[") || !link.endsWith("]")) {
            return -1;
        }
        return ProcFs.parseLong(link.substring("socket:[".length(), link.length() - 1))
                .orElse(-1);
    }

    List<Map.Entry<String, Long>> types() {
        return top(types, Integer.MAX_VALUE);
    }

    List<Map.Entry<String, Long>> topPaths(int n) {
        return top(paths, n);
    }

    static List<Map.Entry<String, Long>> top(Map<String, Long> counts, int n) {
        return counts.entrySet().stream()
                .map(e -> Map.entry(e.getKey(), e.getValue()))
                .sorted(Map.Entry.<String, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .limit(n)
                .toList();
    }
}
