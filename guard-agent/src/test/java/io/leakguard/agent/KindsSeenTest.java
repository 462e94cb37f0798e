package io.leakguard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each kind, opened by a program that knows nothing of LeakGuard: closed, dropped and kept. */
class KindsSeenTest {

    private static final Path SOURCE = Path.of("src", "test", "java", "com", "acme", "Opens.java");
    private static final Pattern MARK = Pattern.compile(".*// (opens|holds|runs) ([a-z._ ]+)");
    private static final Pattern LEAK =
            Pattern.compile(".*LEAK (\\S+) collected without \\S+ · opened at \\S+\\(Opens.java:(\\d+)\\).*");
    private static final Pattern LEAK_OTHERWISE = Pattern.compile(".*LEAK (\\S+) collected.*");
    private static final Pattern OPEN =
            Pattern.compile(" +(\\d+)  (\\S+) +\\S+(?: \\S+)? +Opens\\..*\\(Opens.java:(\\d+)\\).*");

    private static final int CLIENT_CLOSES_SINCE = 21;

    /** What is said of each kind after its collection: the JDK's own closing was seen, but for the client's. */
    private static final Map<String, Set<String>> FATES = fates();

    private static Map<String, Set<String>> fates() {
        Map<String, Set<String>> fates = new TreeMap<>();
        for (String kind : List.of(
                "file.input",
                "file.output",
                "file.random_access",
                "file.channel",
                "zip.file",
                "socket",
                "socket.server",
                "socket.datagram",
                "socket.channel.datagram",
                "inflater",
                "deflater")) {
            fates.put(kind, Set.of("after GC: the JDK has closed it"));
        }
        for (String kind : List.of(
                "file.channel.async",
                "directory.stream",
                "socket.channel",
                "socket.channel.server",
                "selector",
                "pipe")) {
            fates.put(kind, Set.of("after GC: nothing closes it, lost until exit"));
        }
        fates.put("executor", Set.of("after GC: unknown"));
        if (Runtime.version().feature() >= CLIENT_CLOSES_SINCE) {
            fates.put("http.client", Set.of("after GC: the JDK closes it"));
        }
        return fates;
    }

    @Test
    void what_is_closed_is_not_told_what_is_dropped_is_told_once_with_its_line_and_what_is_kept_is_open()
            throws IOException, InterruptedException {
        Map<String, Integer> leaks = new TreeMap<>();
        Map<String, Integer> open = new TreeMap<>();
        List<String> lines = Files.readAllLines(SOURCE);
        for (int i = 0; i < lines.size(); i++) {
            Matcher mark = MARK.matcher(lines.get(i));
            if (mark.matches()) {
                for (String kind : mark.group(2).split(" ", -1)) {
                    String key = kind + " " + (i + 1);
                    boolean dropped = mark.group(1).equals("opens");
                    if (dropped) {
                        leaks.merge(key, 3, Integer::sum);
                    }
                    // What runs is never collected: what was dropped is open too.
                    open.merge(key, mark.group(1).equals("runs") ? 5 : 2, Integer::sum);
                }
            }
        }
        if (Runtime.version().feature() < CLIENT_CLOSES_SINCE) {
            leaks.keySet().removeIf(key -> key.startsWith("http.client"));
            open.keySet().removeIf(key -> key.startsWith("http.client"));
        }
        try (AgentProcess program = AgentProcess.withAgent(
                "report.interval=0,shutdown.hook=true,shutdown.wait=2s,capture=unlimited", "com.acme.Opens")) {
            int expected = leaks.values().stream().mapToInt(Integer::intValue).sum();
            program.awaitOut("ready");
            program.sendUntil(
                    "collect",
                    () -> leaks(program).values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum()
                            >= expected);
            assertThat(program.end()).as(program::all).isZero();

            assertThat(leaks(program)).as(program::all).isEqualTo(leaks);
            assertThat(others(program)).as(program::all).isEmpty();
            assertThat(fates(program)).as(program::all).isEqualTo(FATES);
            Map<String, Integer> stillOpen = new TreeMap<>();
            for (String line : program.err()) {
                Matcher row = OPEN.matcher(line);
                if (row.matches()) {
                    stillOpen.merge(row.group(2) + " " + row.group(3), Integer.parseInt(row.group(1)), Integer::sum);
                }
            }
            assertThat(stillOpen).as(program::all).containsAllEntriesOf(open);
        }
    }

    private static Map<String, Integer> leaks(AgentProcess program) {
        Map<String, Integer> found = new TreeMap<>();
        for (String line : program.err()) {
            Matcher leak = LEAK.matcher(line);
            if (leak.matches()) {
                found.merge(leak.group(1) + " " + leak.group(2), 1, Integer::sum);
            }
        }
        return found;
    }

    /** The third line of each report. */
    private static Map<String, Set<String>> fates(AgentProcess program) {
        Map<String, Set<String>> found = new TreeMap<>();
        List<String> lines = program.err();
        for (int i = 0; i < lines.size(); i++) {
            Matcher leak = LEAK.matcher(lines.get(i));
            if (leak.matches()) {
                found.computeIfAbsent(leak.group(1), kind -> new TreeSet<>())
                        .add(lines.get(i + 2).replaceAll(".* · ", ""));
            }
        }
        return found;
    }

    private static List<String> others(AgentProcess program) {
        List<String> found = new ArrayList<>();
        for (String line : program.err()) {
            if (LEAK_OTHERWISE.matcher(line).matches() && !LEAK.matcher(line).matches()) {
                found.add(line);
            }
        }
        return found;
    }
}
