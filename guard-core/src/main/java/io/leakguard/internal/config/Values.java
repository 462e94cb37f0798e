package io.leakguard.internal.config;

import io.leakguard.CaptureBudget;
import io.leakguard.ResourceKind;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Durations;
import io.leakguard.internal.base.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms of the settings' texts. Each throws {@link BadValue} for a text of another form. */
final class Values {

    private static final Pattern BYTES = Pattern.compile("(0|[1-9]\\d{0,8})([kmgKMG])");
    private static final Pattern PACKAGE =
            Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");

    private static final Pattern HELPER =
            Pattern.compile("[\\p{L}_$*][\\p{L}\\p{N}_$*<>]*(\\.[\\p{L}_$*<][\\p{L}\\p{N}_$*<>]*)*");

    private Values() {}

    static String name(String value) {
        if (value.isBlank() || value.length() > 100) {
            throw new BadValue("a name of 1 to 100 characters, like orders");
        }
        return value.strip();
    }

    static boolean bool(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new BadValue("true or false");
        };
    }

    static Setting.Parser<Integer> from1To(int max) {
        return text -> {
            try {
                int n = Integer.parseInt(text);
                if (n >= 1 && n <= max) {
                    return n;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
            throw new BadValue("a whole number from 1 to " + max);
        };
    }

    static Duration duration(String value) {
        return bounded(Durations.parse(value).orElseThrow(() -> new BadValue("a time like 500ms, 30s, 5min, 2h or 0")));
    }

    static Duration bounded(Duration d) {
        if (d.isNegative() || d.compareTo(Duration.ofDays(36_500)) > 0) {
            throw new BadValue("a time from 0 to 36500d");
        }
        return d;
    }

    static CaptureBudget budget(String value) {
        try {
            return CaptureBudget.parse(value);
        } catch (IllegalArgumentException e) {
            throw new BadValue("unlimited, none or a rate like 2000/s");
        }
    }

    /** {@code 5min} for all kinds, {@code jdbc.connection=30s,socket=5min,*=1h} by kind. */
    static Limits limits(String value) {
        Limits result = Limits.NONE;
        try {
            for (String part : value.split(",", -1)) {
                int equals = part.indexOf('=');
                String kind = equals < 0 ? "*" : part.substring(0, equals).strip();
                Duration limit = duration(part.substring(equals + 1).strip());
                result = result.with(kind.equals("*") ? null : ResourceKind.of(kind), limit);
            }
        } catch (BadValue | IllegalArgumentException e) {
            throw new BadValue("limits like 5min, or by kind: jdbc.connection=30s,socket=5min,*=1h");
        }
        return result;
    }

    static List<String> mdcKeys(String value) {
        List<String> result = new ArrayList<>();
        for (String key : value.split(",", -1)) {
            if (key.isBlank() || key.length() > 100 || result.size() == 16) {
                throw new BadValue("1 to 16 keys of the MDC separated by commas, like tenant,job");
            }
            result.add(key.strip());
        }
        return List.copyOf(result);
    }

    static List<String> packages(String value) {
        List<String> result = new ArrayList<>();
        for (String name : value.split(",", -1)) {
            String trimmed = name.strip();
            if (trimmed.endsWith(".*")) {
                trimmed = trimmed.substring(0, trimmed.length() - 2);
            }
            if (!PACKAGE.matcher(trimmed).matches()) {
                throw new BadValue("package names separated by commas, like com.acme,org.acme.orders");
            }
            result.add(trimmed);
        }
        return List.copyOf(result);
    }

    static List<String> helpers(String value) {
        List<String> result = new ArrayList<>();
        for (String name : value.split(",", -1)) {
            String trimmed = name.strip();
            String plain = trimmed.endsWith(".*") ? trimmed.substring(0, trimmed.length() - 2) : trimmed;
            if (!HELPER.matcher(plain).matches() || plain.chars().allMatch(c -> c == '*' || c == '.')) {
                throw new BadValue("packages, classes or methods separated by commas,"
                        + " like com.acme.util,com.acme.Db,com.acme.Files.open");
            }
            result.add(plain);
        }
        return List.copyOf(result);
    }

    static Optional<Path> path(String value) {
        try {
            if (!value.isEmpty()) {
                return Optional.of(Path.of(value));
            }
        } catch (InvalidPathException e) {
            // reported below
        }
        throw new BadValue("the path of a file, like target/leakguard-report.html");
    }

    /** A folder that is there, since it is needed only much later. */
    static Optional<Path> folder(String value) {
        try {
            Path folder = Path.of(value);
            if (!value.isEmpty() && Files.isDirectory(folder) && Files.isWritable(folder)) {
                return Optional.of(folder);
            }
        } catch (InvalidPathException e) {
            // reported below
        }
        throw new BadValue("a folder that is there and can be written to, like /var/tmp");
    }

    static long bytes(String value) {
        Matcher m = BYTES.matcher(value);
        if (!m.matches() || m.group(1).equals("0")) {
            throw new BadValue("a size like 512m or 2g");
        }
        int shift = switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            default -> 30;
        };
        return Long.parseLong(m.group(1)) << shift;
    }

    static List<Suppression> suppressions(String value) {
        try {
            return SuppressionFile.read(Path.of(value));
        } catch (IOException | InvalidPathException e) {
            throw new BadValue("the path of a readable file (" + e.getClass().getSimpleName() + ": "
                    + Text.safe(String.valueOf(e.getMessage()), 300) + ")");
        }
    }
}
