package io.leakguard.junit;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pattern of a finding for the baseline: the parts that are the same in another run, on another machine. */
final class FindingPattern {

    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern LONG_NUMBERS = Pattern.compile("\\d{3,}");
    private static final Pattern NUMBERS = Pattern.compile("\\d+");
    private static final Pattern PORT = Pattern.compile(":(\\d{5})\\b");
    private static final int FIRST_EPHEMERAL_PORT = 32_768;
    private static final Pattern STATE = Pattern.compile("(ESTABLISHED|CLOSE_WAIT|TIME_WAIT|state \\w+)$");
    private static final Pattern STARS = Pattern.compile("\\*{2,}");

    private FindingPattern() {}

    /** The subject as one word, in the form that suppressions and baseline entries are matched against. */
    static String word(String subject) {
        return BLANKS.matcher(subject).replaceAll("_").replace('<', '[');
    }

    /** The subject with a star for each part that differs in another run. */
    static String of(Finding.Item item) {
        String kind = item.kind();
        String pattern;
        if (kind.equals("descriptor.socket")) {
            pattern = STATE.matcher(withoutEphemeralPorts(item.subject())).replaceAll("*");
        } else if (kind.startsWith("thread")) {
            pattern = NUMBERS.matcher(item.subject()).replaceAll("*");
        } else if (kind.equals("process")) {
            int blank = item.subject().indexOf(' ');
            pattern = blank < 0 ? item.subject() : item.subject().substring(0, blank) + "*";
        } else if (kind.startsWith("state.")) {
            pattern = item.subject();
        } else {
            String text = relative(relative(item.subject(), "user.dir"), "java.io.tmpdir");
            pattern = LONG_NUMBERS.matcher(UUID.matcher(text).replaceAll("*")).replaceAll("*");
        }
        return STARS.matcher(word(pattern)).replaceAll("*");
    }

    private static String withoutEphemeralPorts(String subject) {
        return PORT.matcher(subject)
                .replaceAll(m -> Integer.parseInt(m.group(1)) >= FIRST_EPHEMERAL_PORT
                        ? ":*"
                        : Matcher.quoteReplacement(m.group()));
    }

    private static String relative(String path, String property) {
        String folder = System.getProperty(property, "");
        if (folder.isEmpty()) {
            return path;
        }
        String prefix = Path.of(folder).toAbsolutePath().normalize() + "/";
        return path.startsWith(prefix) ? "*/" + path.substring(prefix.length()) : path;
    }
}
