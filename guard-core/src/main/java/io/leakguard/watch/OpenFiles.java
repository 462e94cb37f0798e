package io.leakguard.watch;

import io.leakguard.internal.base.Text;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** The descriptors of a running process by type and TCP state, for a person without lsof. */
final class OpenFiles {
    private static final int TOP = 15;

    private OpenFiles() {}

    /** A process can't be read. The message says why and what to do. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    static String describe(ProcFs proc) throws Unreadable {
        Path process = proc.root.resolve("proc").resolve(proc.pid);
        if (!Files.exists(proc.path("proc/self")) && !Files.isDirectory(process)) {
            throw new Unreadable("there is no /proc here: open-files needs Linux");
        }
        if (!Files.isDirectory(process)) {
            throw new Unreadable("there is no process " + proc.pid + " (or /proc is mounted with hidepid)");
        }
        DescriptorTypes types = new DescriptorTypes();
        Path folder = proc.ofProcess("fd");
        long count = 0;
        long hidden = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path entry : all) {
                count++;
                try {
                    types.add(Files.readSymbolicLink(entry).toString());
                } catch (NoSuchFileException e) {
                    count--; // closed meanwhile
                } catch (IOException e) {
                    hidden++;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new Unreadable("the descriptors of process " + proc.pid
                    + " may not be read: run this as the process's user or as root ("
                    + e.getClass().getSimpleName()
                    + ")");
        }
        StringBuilder out = new StringBuilder(1_024);
        OptionalLong limit = Limits.parse(proc.read(proc.ofProcess("limits")), "Max open files")
                .soft();
        out.append("process ").append(proc.pid);
        String name = proc.read(proc.ofProcess("comm"));
        if (name != null) {
            out.append(" (").append(Text.safe(name, 64)).append(')');
        }
        out.append(": ").append(count).append(" descriptors of ");
        if (limit.isPresent() && limit.getAsLong() != Long.MAX_VALUE && limit.getAsLong() > 0) {
            out.append(
                    String.format(Locale.ROOT, "%d (%.1f %%)", limit.getAsLong(), 100.0 * count / limit.getAsLong()));
        } else {
            out.append(limit.isPresent() ? "unlimited" : "an unknown limit");
        }
        section(out, "by type", types.types());
        if (hidden > 0) {
            out.append(String.format(
                    Locale.ROOT,
                    "%n%8d  may not be looked at: run this as the process's user, or as root outside of a container",
                    hidden));
        }
        try (Sockets sockets = new Sockets(proc)) {
            Sockets.Look look = sockets.look(new HashSet<>(types.socketInodes), TOP);
            if (look.known()) {
                section(
                        out,
                        "TCP sockets by state",
                        look.ownStates().entrySet().stream()
                                .map(e -> Map.entry(e.getKey().name(), e.getValue()))
                                .toList());
                section(out, "TCP connections by remote address", look.remotes());
            } else {
                out.append(String.format("%n%nTCP sockets: unknown, net/tcp can't be read"));
            }
        }
        section(out, "files", types.topPaths(TOP));
        return out.toString();
    }

    private static void section(StringBuilder out, String title, List<Map.Entry<String, Long>> counts) {
        if (counts.isEmpty()) {
            return;
        }
        out.append(String.format("%n%n%s", title));
        for (Map.Entry<String, Long> e : counts) {
            out.append(String.format(Locale.ROOT, "%n%8d  %s", e.getValue(), Text.safe(e.getKey(), 200)));
        }
    }
}
