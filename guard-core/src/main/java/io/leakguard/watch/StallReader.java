package io.leakguard.watch;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the kernel's pressure stall information: the control group's if there is one, else the machine's. Thread-safe.
 */
final class StallReader {

    private static final Pattern SOME =
            Pattern.compile("(?m)^some avg10=[0-9.]{1,12} avg60=([0-9]{1,9}(?:\\.[0-9]{1,9})?) ");

    private final ProcFs proc;
    /** The group's folder with a slash at its end; null for the machine. */
    private final @Nullable String group;

    StallReader(ProcFs proc) {
        this.proc = proc;
        this.group = group(proc);
    }

    private static @Nullable String group(ProcFs proc) {
        String groups = proc.read(proc.ofProcess("cgroup"));
        if (groups == null) {
            return null;
        }
        for (String line : groups.split("\n", -1)) {
            if (line.startsWith("0::/")) {
                String path = line.length() == 4 ? "" : line.substring(3);
                // If version 1 is used too, version 2 is mounted beside it. In a container the path may be the host's.
                for (String base : new String[] {
                    "sys/fs/cgroup" + path, "sys/fs/cgroup/unified" + path, "sys/fs/cgroup", "sys/fs/cgroup/unified"
                }) {
                    if (some(proc.read(base + "/memory.pressure")).isPresent()) {
                        return base + "/";
                    }
                }
            }
        }
        return null;
    }

    /** The share of the last minute in which at least one task waited; empty if the text has another form. */
    static OptionalDouble some(@Nullable String text) {
        if (text == null) {
            return OptionalDouble.empty();
        }
        Matcher m = SOME.matcher(text);
        return m.find() ? OptionalDouble.of(Double.parseDouble(m.group(1)) / 100) : OptionalDouble.empty();
    }

    /** The path of a resource's file, without the leading slash. */
    String file(String resource) {
        return group == null ? "proc/pressure/" + resource : group + resource + ".pressure";
    }

    Stalls read() {
        return new Stalls(
                some(proc.read(file("cpu"))),
                some(proc.read(file("memory"))),
                some(proc.read(file("io"))),
                group != null);
    }
}
