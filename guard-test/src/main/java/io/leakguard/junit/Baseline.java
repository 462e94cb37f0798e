package io.leakguard.junit;

import io.leakguard.LeakReport;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The known leaks of an old project: a kind and a site without line numbers each, one a line, sorted, so that the file is
 * stable in diffs and lines of two branches merge.
 */
final class Baseline {

    private static final Pattern ANONYMOUS = Pattern.compile("(\\$\\d+)+$");
    private static final Pattern GENERATED = Pattern.compile("\\$\\$Lambda.*|/0x[0-9a-f]+");

    private static final Pattern CONFLICT = Pattern.compile("^(<{7}|>{7}|={7}|\\|{7})(\\s|$)");

    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Cn}\\x{80}-\\x{9f}]");

    private static final List<String> HEADER = List.of(
            "# LeakGuard's baseline: leaks that are known and don't fail a test.",
            "# <kind> <class>.<method>; written by -Dleakguard.junit.baseline.write=true. Remove a line when its leak is fixed.");

    private final boolean writing;
    private final SortedSet<String> listed = new TreeSet<>();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final boolean found;

    private Baseline(boolean writing, boolean found) {
        this.writing = writing;
        this.found = found;
    }

    static Baseline read(Settings settings) {
        Path file = settings.baseline();
        boolean found = Files.isRegularFile(file);
        Baseline baseline = new Baseline(settings.baselineWrite().on(), found);
        if (found) {
            try {
                baseline.listed.addAll(parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        Settings.PREFIX + "baseline: " + file + " can't be read: " + e.getMessage(), e);
            }
        }
        return baseline;
    }

    static List<String> parse(String file, List<String> lines) {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            while (line.startsWith("\uFEFF")) {
                line = line.substring(1).strip(); // some editors' mark of UTF-8, at the start of what may be merged
            }
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (CONFLICT.matcher(line).find()) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": '" + shown(line)
                        + "' is of a merge conflict: keep the entries of both sides, and remove the lines of marks");
            }
            String[] words = line.split("\\s+", -1);
            if (words.length != 2) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": '" + shown(line)
                        + "' is not <kind> <class>.<method>, such as: file.input com.acme.Config.load");
            }
            entries.add(words[0] + " " + words[1]);
        }
        return entries;
    }

    /** Safe and short enough for one line of a console, whatever is in the file. */
    private static String shown(String line) {
        String text = CONTROL.matcher(line).replaceAll("?");
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    /** The kind and the site, without what changes when other code does: line numbers, numbers of lambdas and classes. */
    static String entry(LeakReport report) {
        String site = report.site()
                .map(f -> ANONYMOUS
                                .matcher(GENERATED.matcher(f.getClassName()).replaceAll(""))
                                .replaceAll("") + "." + Attributor.methodOf(f))
                .orElse("(unknown)");
        return report.kind().name() + " " + site;
    }

    /** Tells whether a leak is listed; while the file is written every leak is. */
    boolean isKnown(LeakReport report) {
        String entry = entry(report);
        boolean known = writing || listed.contains(entry);
        if (known) {
            seen.add(entry);
        }
        return known;
    }

    /** Tells whether the file listed it before this run. */
    boolean isListed(String entry) {
        return listed.contains(entry);
    }

    boolean isFound() {
        return found;
    }

    int size() {
        return listed.size();
    }

    int seen() {
        return seen.size();
    }

    /** Entries that nothing matched. */
    List<String> unseen() {
        return listed.stream().filter(e -> !seen.contains(e)).toList();
    }

    void write(Settings settings) throws IOException {
        Path file = settings.baseline().toAbsolutePath();
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        if (settings.baselineWrite() != Settings.BaselineWrite.MERGE) {
            write(file, seen);
            return;
        }
        Files.createDirectories(settings.output());
        // Other JVMs may merge theirs: what they have added since this run began stays too. One at a time in this one.
        synchronized (Baseline.class) {
            try (FileChannel channel = FileChannel.open(
                            settings.output().resolve(".lock-baseline"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Set<String> entries = new HashSet<>(seen);
                entries.addAll(listed);
                if (lock.isValid() && Files.isRegularFile(file)) {
                    entries.addAll(parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8)));
                }
                write(file, entries);
            }
        }
    }

    private static void write(Path file, Set<String> entries) throws IOException {
        List<String> lines = new ArrayList<>(HEADER);
        lines.addAll(new TreeSet<>(entries));
        Files.writeString(file, String.join("\n", lines) + "\n");
    }
}
