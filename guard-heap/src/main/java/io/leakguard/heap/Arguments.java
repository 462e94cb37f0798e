package io.leakguard.heap;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words after {@code held-by}. Immutable.
 *
 * @param source a process's number, or the path of a dump
 * @param filters the words of the filter, as they were given
 * @param heap the largest heap of the process that reads, as the JVM's {@code -Xmx} takes it
 * @param folder where a dump is written; empty for the folder of temporary files
 */
record Arguments(String source, HolderFilter filter, List<String> filters, boolean json, String heap, String folder) {

    static final String USAGE = """
            usage: held-by <pid | file.hprof> [filters] [--json] [--heap 1g] [--folder <dir>]

              --kind <kind>          socket, or several: jdbc.*
              --site <text>          a part of the line that opened it; * stands for any text
              --cause <cause>        escaped, overdue or growing; open for what was not reported
              --age <time>           open for at least so long: 30s, 5min, 2h, 1d
              --number <n>           at most so many lines, those with the most resources
              --json                 for programs
              --heap <size>          the largest heap of the process that reads the dump: 512m, 1g (the default)
              --folder <dir>         where the dump of a process is written, and removed from""";

    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|min|h|d)");
    private static final Pattern SIZE = Pattern.compile("[1-9]\\d{0,6}[kmgKMG]");

    /**
     * Reads the words.
     *
     * @throws IllegalArgumentException if they are wrong; the message says which, and what is right
     */
    static Arguments of(List<String> words) {
        HolderFilter filter = HolderFilter.ALL;
        List<String> filters = new ArrayList<>();
        String source = "";
        boolean json = false;
        String heap = "1g";
        String folder = "";
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                if (!source.isEmpty()) {
                    throw new IllegalArgumentException("held-by takes no '" + word + "'");
                }
                source = word;
                continue;
            }
            if (word.equals("--json")) {
                json = true;
                continue;
            }
            if (i + 1 == words.size()) {
                throw new IllegalArgumentException(word + " needs a value");
            }
            String value = words.get(++i);
            switch (word) {
                case "--kind" -> filter = filter.kind(value);
                case "--site" -> filter = filter.site(value);
                case "--cause" -> filter = filter.cause(value);
                case "--age" -> filter = filter.olderThan(time(value));
                case "--number" -> filter = filter.most(number(value));
                case "--heap" -> heap = size(value);
                case "--folder" -> folder = path(value);
                default -> throw new IllegalArgumentException("held-by knows no '" + word + "'");
            }
            if (!word.equals("--heap") && !word.equals("--folder")) {
                filters.add(word);
                filters.add(value);
            }
        }
        if (source.isEmpty()) {
            throw new IllegalArgumentException(
                    "held-by needs the number of a process, which jps or ps shows, or the path of a heap dump");
        }
        return new Arguments(source, filter, List.copyOf(filters), json, heap, folder);
    }

    boolean isProcess() {
        return source.matches("[1-9][0-9]{0,9}");
    }

    private static Duration time(String text) {
        Matcher m = TIME.matcher(text);
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "--age: '" + text + "' is not a time: give one like 30s, 5min, 2h or 1d");
        }
        long n = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "ms" -> Duration.ofMillis(n);
            case "s" -> Duration.ofSeconds(n);
            case "min" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }

    private static int number(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException("--number: '" + text + "' is not a number: give 1 or more");
        }
        return Integer.parseInt(text);
    }

    private static String size(String text) {
        if (!SIZE.matcher(text).matches()) {
            throw new IllegalArgumentException("--heap: '" + text + "' is not a size: give one like 512m or 2g");
        }
        return text;
    }

    private static String path(String text) {
        try {
            return Path.of(text).toString();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("--folder: '" + text + "' is not a path");
        }
    }
}
