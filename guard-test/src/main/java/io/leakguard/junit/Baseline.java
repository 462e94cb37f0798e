package io.leakguard.junit;

import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.internal.base.Glob;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The known leaks of an old project: for each a kind and a path without line numbers, on one sorted line, so that diffs
 * are stable and the lines of two branches merge. If several lines of the same methods leak, an entry has their number:
 * one more is a new leak.
 */
final class Baseline {

    private static final Pattern ANONYMOUS = Pattern.compile("(\\$\\d+)+$");
    private static final Pattern GENERATED = Pattern.compile("\\$\\$Lambda.*|/0x[0-9a-f]+");

    /** The start of a caller. Constructors have the same character. */
    private static final Pattern CALLER = Pattern.compile("<(?!(cl)?init>)");

    private static final Pattern SEVERAL = Pattern.compile("x[1-9]\\d{0,5}");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern CONFLICT = Pattern.compile("^(<{7}|>{7}|={7}|\\|{7})(\\s|$)");

    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Cn}\\x{80}-\\x{9f}]");

    private static final List<String> HEADER = List.of(
            "# LeakGuard's baseline: leaks that are known and don't fail a test.",
            "# The kind, then class and method of each frame of the application, each followed by < and its caller.",
            "# Of descriptors, threads and the like: the kind, a pattern of the path, address or name, and the class.",
            "# Written by -Dleakguard.junit.baseline.write=true. Remove a line when its leak is fixed.");

    private static final String UNKNOWN = "(unknown)";

    private final boolean writing;
    /** The number of paths for each entry. */
    private final SortedMap<String, Integer> listed = new TreeMap<>();

    private final Map<String, Set<LeakPath>> seen = new ConcurrentHashMap<>();
    /** Entries of the older form that accepted a leak. */
    private final Set<String> seenSites = ConcurrentHashMap.newKeySet();

    /** Entries that accepted a finding, or that will be written. */
    private final Set<String> seenFindings = ConcurrentHashMap.newKeySet();

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
                baseline.listed.putAll(
                        counted(parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8))));
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
                line = line.substring(1).strip(); // the UTF-8 mark of some editors, also inside a merged file
            }
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (CONFLICT.matcher(line).find()) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": '" + shown(line)
                        + "' is the mark of a merge conflict: keep the entries of both sides, and remove the marks");
            }
            String[] words = line.split("\\s+", -1);
            boolean several = words.length == 3 && SEVERAL.matcher(words[2]).matches();
            if (words.length != 2 && !several) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": '" + shown(line)
                        + "' is not <kind> <path>, such as: file.input com.acme.Config.load<com.acme.Main.main<");
            }
            entries.add(words[0] + " " + words[1] + (several ? " " + words[2] : ""));
        }
        return entries;
    }

    /** Safe and short enough for one line of a console, for any content of the file. */
    private static String shown(String line) {
        String text = CONTROL.matcher(line).replaceAll("?");
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    /** The number of paths for each entry. If an entry is there twice, as after a merge, the larger number counts. */
    private static Map<String, Integer> counted(List<String> entries) {
        Map<String, Integer> counted = new HashMap<>();
        for (String entry : entries) {
            int end = entry.lastIndexOf(" x");
            boolean several = end > 0 && end > entry.indexOf(' ');
            counted.merge(
                    several ? entry.substring(0, end) : entry,
                    several ? Integer.parseInt(entry.substring(end + 2)) : 1,
                    Math::max);
        }
        return counted;
    }

    /**
     * The kind and the path, without parts that change with other code: line numbers, numbers of lambdas and classes.
     */
    static String entry(LeakReport report) {
        return entry(report, pathOf(report));
    }

    /** The path up to the test. Callers of the test differ between a build and an IDE. */
    private static LeakPath pathOf(LeakReport report) {
        List<StackTraceElement> stack = report.stack();
        int end = 0;
        while (end < stack.size() && !isEngine(stack.get(end).getClassName())) {
            end++;
        }
        Set<StackTraceElement> ofTest =
                new HashSet<>(LeakPath.of(stack.subList(0, end), "", "").frames());
        List<StackTraceElement> frames =
                report.path().frames().stream().filter(ofTest::contains).toList();
        return LeakPath.of(frames, report.path().lastHolder(), report.path().firstUse());
    }

    private static boolean isEngine(String className) {
        return className.startsWith("org.junit.jupiter.engine.")
                || className.startsWith("org.junit.platform.")
                || className.startsWith("org.junit.runners.")
                || className.startsWith("org.junit.internal.runners.");
    }

    private static String entry(LeakReport report, LeakPath path) {
        Set<String> parts = new LinkedHashSet<>();
        path.frames().forEach(frame -> parts.add(name(frame)));
        if (!path.lastHolder().isEmpty()) {
            parts.add("held:" + word(path.lastHolder()));
        }
        String use = path.firstUse();
        if (!use.isEmpty()) {
            int place = use.indexOf('(');
            parts.add("used:" + word(place > 0 ? use.substring(0, place) : use));
        }
        return report.kind().name() + " " + (parts.isEmpty() ? UNKNOWN : String.join("<", parts) + "<");
    }

    /** The entry in the older form: it accepts every leak that is opened at the site, by any caller. */
    private static String siteEntry(LeakReport report) {
        return report.kind().name() + " " + report.site().map(Baseline::name).orElse(UNKNOWN);
    }

    private static String name(StackTraceElement f) {
        String className = ANONYMOUS
                .matcher(GENERATED.matcher(f.getClassName()).replaceAll(""))
                .replaceAll("");
        return className + "." + Attributor.methodOf(f);
    }

    private static String word(String text) {
        return BLANKS.matcher(text).replaceAll("_").replace('<', '[');
    }

    /** Tells whether a leak is listed. While the file is being written, every leak is. */
    boolean isKnown(LeakReport report) {
        LeakPath path = pathOf(report);
        String entry = entry(report, path);
        int most = listed.getOrDefault(entry, 0);
        if (writing || most > 0) {
            Set<LeakPath> paths = seen.computeIfAbsent(entry, key -> new HashSet<>());
            synchronized (paths) {
                if (writing || paths.contains(path) || paths.size() < most) {
                    paths.add(path);
                    return true;
                }
            }
        }
        String site = siteEntry(report);
        boolean known = !writing && listed.containsKey(site);
        if (known) {
            seenSites.add(site);
        }
        return known;
    }

    /**
     * The entry of a finding, such as a descriptor or a thread: the kind, the pattern of its path, address or name, and
     * the class that left it. Their number depends on the collector, so an entry accepts all that match.
     */
    static String entry(Finding finding) {
        return finding.item().kind() + " " + FindingPattern.of(finding.item()) + "<" + ownerOf(finding) + "<";
    }

    private static String ownerOf(Finding finding) {
        String owner = finding.owner().topClass().className;
        return owner.isEmpty() ? "(suite)" : owner;
    }

    /** Tells whether a finding matches a listed pattern. While the file is being written, every finding does. */
    boolean isKnown(Finding finding) {
        if (writing) {
            seenFindings.add(entry(finding));
            return true;
        }
        String text =
                finding.item().kind() + " " + FindingPattern.word(finding.subject()) + "<" + ownerOf(finding) + "<";
        boolean known = false;
        for (String entry : listed.keySet()) {
            if (Glob.matches(entry, text)) {
                seenFindings.add(entry);
                known = true;
            }
        }
        return known;
    }

    /** The entry that accepts a leak, or the entry that would accept it. */
    String entryOf(LeakReport report) {
        String entry = entry(report);
        String site = siteEntry(report);
        return !listed.containsKey(entry) && listed.containsKey(site) ? site : entry;
    }

    /** Tells whether the file listed the entry before this run. */
    boolean isListed(String entry) {
        return listed.containsKey(entry);
    }

    /** Entries of the older form: a site without its callers. */
    List<String> sitesOnly() {
        return listed.keySet().stream().filter(Baseline::isSiteOnly).toList();
    }

    private static boolean isSiteOnly(String entry) {
        return !entry.endsWith("<") && !entry.endsWith(" " + UNKNOWN);
    }

    boolean isFound() {
        return found;
    }

    int size() {
        return listed.size();
    }

    int seen() {
        return seen.size() + seenFindings.size();
    }

    /** Entries that something matched. */
    Set<String> seenEntries() {
        Set<String> result = new TreeSet<>(seen.keySet());
        result.addAll(seenSites);
        result.addAll(seenFindings);
        return result;
    }

    /** Entries that nothing matched. */
    List<String> unseen() {
        return listed.keySet().stream()
                .filter(e -> !seen.containsKey(e) && !seenSites.contains(e) && !seenFindings.contains(e))
                .toList();
    }

    void write(Settings settings) throws IOException {
        Path file = settings.baseline().toAbsolutePath();
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Map<String, Integer> entries = new HashMap<>();
        seen.forEach((entry, paths) -> {
            synchronized (paths) {
                entries.put(entry, paths.size());
            }
        });
        seenFindings.forEach(entry -> entries.put(entry, 1));
        if (settings.baselineWrite() != Settings.BaselineWrite.MERGE) {
            write(file, entries);
            return;
        }
        Files.createDirectories(settings.output());
        // Other JVMs may merge their entries. Entries that they have added since this run began stay too. This JVM
        // writes one at a time.
        synchronized (Baseline.class) {
            try (FileChannel channel = FileChannel.open(
                            settings.output().resolve(".lock-baseline"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                listed.forEach((entry, n) -> entries.merge(entry, n, Math::max));
                if (lock.isValid() && Files.isRegularFile(file)) {
                    counted(parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8)))
                            .forEach((entry, n) -> entries.merge(entry, n, Math::max));
                }
                write(file, entries);
            }
        }
    }

    private static void write(Path file, Map<String, Integer> entries) throws IOException {
        List<String> lines = new ArrayList<>(HEADER);
        Set<String> sites = new HashSet<>();
        entries.keySet().stream().filter(e -> !isSiteOnly(e)).forEach(e -> sites.add(siteOf(e)));
        new TreeMap<>(entries).forEach((entry, n) -> {
            if (!sites.contains(entry)) { // an entry of the older form is replaced by its paths
                lines.add(n > 1 ? entry + " x" + n : entry);
            }
        });
        Files.writeString(file, String.join("\n", lines) + "\n");
    }

    private static String siteOf(String entry) {
        int space = entry.indexOf(' ');
        Matcher end = CALLER.matcher(entry);
        return end.find(space) ? entry.substring(0, end.start()) : entry;
    }
}
