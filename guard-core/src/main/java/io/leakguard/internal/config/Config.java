package io.leakguard.internal.config;

import io.leakguard.CaptureBudget;
import io.leakguard.ContextProvider;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Text;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings by key, as the builder and the system properties {@code leakguard.*} share them. */
public final class Config {

    public static final String PREFIX = "leakguard.";

    /** Keys of other modules: theirs to check. */
    private static final List<String> OTHER_MODULES = List.of("junit.", "jdbc.", "netty.", "demo.", "test.", "watch.");

    /** At the default rate captures cost at most about one percent of one core; see docs/benchmarks.md. */
    static final CaptureBudget DEFAULT_CAPTURE = CaptureBudget.perSecond(2_000);

    private static final Pattern DURATION = Pattern.compile("(\\d{1,18})\\s*(ms|s|min|m|h|d)");
    private static final Pattern PACKAGE =
            Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*(\\.[\\p{L}_$][\\p{L}\\p{N}_$]*)*");

    private static final Pattern HELPER =
            Pattern.compile("[\\p{L}_$*][\\p{L}\\p{N}_$*<>]*(\\.[\\p{L}_$*<][\\p{L}\\p{N}_$*<>]*)*");

    private interface Setter {
        void set(Config config, String value);
    }

    /** Only loaded when something is set. */
    private static final class Keys {
        static final Map<String, Setter> ALL = new LinkedHashMap<>();

        static {
            ALL.put("enabled", (c, v) -> {
                boolean on = bool(v);
                c.enabled = on;
            });
            ALL.put("name", (c, v) -> {
                if (v.isBlank() || v.length() > 100) {
                    throw new Bad("a name of 1 to 100 characters, like orders");
                }
                c.name = v.strip();
            });
            ALL.put("capture", (c, v) -> c.capture = budget(v));
            ALL.put("escalation", (c, v) -> c.escalation = duration(v));
            ALL.put("app.packages", (c, v) -> c.appPackages = packages(v));
            ALL.put("blame.skip", (c, v) -> c.blameSkip = helpers(v));
            ALL.put("report.interval", (c, v) -> c.reportInterval = duration(v));
            ALL.put("reports.per.minute", (c, v) -> c.reportsPerMinute = number(v, 1, 1_000_000));
            ALL.put("sites.max", (c, v) -> c.maxSites = number(v, 1, 10_000_000));
            ALL.put("queue.capacity", (c, v) -> c.queueCapacity = number(v, 1, 100_000_000));
            ALL.put("reclaim", (c, v) -> c.reclaim = bool(v));
            ALL.put("trace", (c, v) -> c.trace = bool(v));
            ALL.put("mdc", (c, v) -> c.mdc = mdcKeys(v));
            ALL.put("hold.durations", (c, v) -> c.holdDurations = bool(v));
            ALL.put("log", (c, v) -> c.log = bool(v));
            ALL.put("scope.grace", (c, v) -> c.scopeGrace = duration(v));
            ALL.put("overdue", (c, v) -> c.overdue = limits(v));
            ALL.put("growth.interval", (c, v) -> c.growthInterval = duration(v));
            ALL.put("growth.capacity", (c, v) -> c.growthCapacity = number(v, 1, 1_000_000_000));
            ALL.put("dump.signal", (c, v) -> c.dumpSignal = Signals.check(v));
            ALL.put("shutdown.hook", (c, v) -> c.shutdownHook = bool(v));
            ALL.put("shutdown.wait", (c, v) -> c.shutdownWait = duration(v));
            ALL.put("scope.inherit", (c, v) -> c.inheritScopes = bool(v));
            ALL.put("report.file", (c, v) -> c.reportFile = path(v));
            ALL.put("suppressions", (c, v) -> c.suppressions.addAll(file(v)));
        }

        private Keys() {}
    }

    private boolean enabled = true;
    private boolean switchedOff;
    private String name = "default";
    private CaptureBudget capture = DEFAULT_CAPTURE;
    private Duration escalation = Duration.ofSeconds(30);
    private List<String> appPackages = List.of();
    private List<String> blameSkip = List.of();
    private Duration reportInterval = Duration.ofMinutes(1);
    private int reportsPerMinute = 600;
    private int maxSites = 10_000;
    private int queueCapacity = 65_536;
    private boolean reclaim;
    private boolean trace = true;
    private List<String> mdc = List.of();
    private boolean holdDurations = true;
    private boolean log = true;
    private Duration scopeGrace = Duration.ofSeconds(1);
    private Limits overdue = Limits.NONE;
    private Duration growthInterval = Duration.ofMinutes(4);
    private int growthCapacity = 1_000;
    private String dumpSignal = "";
    private boolean shutdownHook;
    private Duration shutdownWait = Duration.ofSeconds(10);
    private boolean inheritScopes;
    private @Nullable Supplier<? extends @Nullable LeakScope> defaultScope;
    private @Nullable Path reportFile;
    private final List<Suppression> suppressions = new ArrayList<>();
    private final List<LeakListener> listeners = new ArrayList<>();
    private final List<ContextProvider> contexts = new ArrayList<>();
    private Clock clock = Clock.SYSTEM;

    /** A setting's value is not of its form; the message says what is. */
    static final class Bad extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Bad(String expected) {
            super(expected, null, false, false);
        }

        String expected() {
            return String.valueOf(getMessage());
        }
    }

    /** The settings of a guard, fixed. */
    public record Settings(
            String name,
            CaptureBudget capture,
            Duration escalation,
            List<String> appPackages,
            List<String> blameSkip,
            Duration reportInterval,
            int reportsPerMinute,
            int maxSites,
            int queueCapacity,
            boolean reclaim,
            boolean trace,
            boolean holdDurations,
            boolean log,
            Duration scopeGrace,
            Limits overdue,
            Duration growthInterval,
            int growthCapacity,
            String dumpSignal,
            boolean shutdownHook,
            Duration shutdownWait,
            boolean inheritScopes,
            @Nullable Supplier<? extends @Nullable LeakScope> defaultScope,
            @Nullable Path reportFile,
            List<Suppression> suppressions,
            List<LeakListener> listeners,
            List<ContextProvider> contexts,
            Clock clock) {}

    public static Config fromSystemProperties() {
        Config config = new Config();
        Properties all = System.getProperties();
        Map<String, String> ours = new TreeMap<>();
        for (String key : all.stringPropertyNames()) {
            if (key.startsWith(PREFIX)) {
                ours.put(key, all.getProperty(key));
            }
        }
        for (Map.Entry<String, String> one : ours.entrySet()) {
            String key = one.getKey();
            String rest = key.substring(PREFIX.length());
            if (OTHER_MODULES.stream().noneMatch(rest::startsWith)) {
                config.set(rest, one.getValue(), "system property " + key);
            }
        }
        config.switchedOff = !config.enabled;
        return config;
    }

    public static Config defaults() {
        return new Config();
    }

    public void set(String keyOrFullKey, String value, String source) {
        String key = keyOrFullKey.startsWith(PREFIX) ? keyOrFullKey.substring(PREFIX.length()) : keyOrFullKey;
        Setter setter = Keys.ALL.get(key);
        if (setter == null) {
            throw new IllegalArgumentException(
                    source + ": there is no setting '" + PREFIX + Text.safe(key, 100) + "'; did you mean '" + PREFIX
                            + nearest(key) + "'? The settings are " + String.join(", ", Keys.ALL.keySet()));
        }
        try {
            setter.set(this, value.strip());
        } catch (Bad bad) {
            throw new IllegalArgumentException(source + ": '" + Text.safe(value, 200) + "' is not a value for " + PREFIX
                    + key + ": give " + bad.expected());
        }
    }

    public static List<String> keys() {
        return List.copyOf(Keys.ALL.keySet());
    }

    public void capture(CaptureBudget budget) {
        this.capture = budget;
    }

    public void suppress(Suppression suppression) {
        suppressions.add(suppression);
    }

    public void listener(LeakListener listener) {
        listeners.add(listener);
    }

    public void overdue(@Nullable ResourceKind kind, Duration limit) {
        overdue = overdue.with(kind, limit);
    }

    public void context(ContextProvider provider) {
        contexts.add(provider);
    }

    public void defaultScope(Supplier<? extends @Nullable LeakScope> scope) {
        defaultScope = scope;
    }

    public void clock(Clock other) {
        this.clock = other;
    }

    public boolean enabled() {
        return enabled && !switchedOff;
    }

    public Settings snapshot() {
        return new Settings(
                name,
                capture,
                escalation,
                appPackages,
                blameSkip,
                reportInterval,
                reportsPerMinute,
                maxSites,
                queueCapacity,
                reclaim,
                trace,
                holdDurations,
                log,
                scopeGrace,
                overdue,
                growthInterval,
                growthCapacity,
                dumpSignal,
                shutdownHook,
                shutdownWait,
                inheritScopes,
                defaultScope,
                reportFile,
                List.copyOf(suppressions),
                List.copyOf(listeners),
                allContexts(),
                clock);
    }

    private List<ContextProvider> allContexts() {
        List<ContextProvider> all = new ArrayList<>(contexts);
        if (!mdc.isEmpty()) {
            all.add(0, new MdcContext(mdc));
        }
        return List.copyOf(all);
    }

    private static boolean bool(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Bad("true or false");
        };
    }

    private static int number(String value, int min, int max) {
        try {
            int n = Integer.parseInt(value);
            if (n >= min && n <= max) {
                return n;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Bad("a whole number from " + min + " to " + max);
    }

    /** A time that another part of the library is configured with. */
    public static Duration duration(String value, String source) {
        try {
            return duration(value.strip());
        } catch (Bad bad) {
            throw new IllegalArgumentException(
                    source + ": '" + Text.safe(value, 200) + "' is not a time: give " + bad.expected());
        }
    }

    static Duration duration(String value) {
        Matcher m = DURATION.matcher(value);
        try {
            if (m.matches()) {
                long n = Long.parseLong(m.group(1));
                return bounded(
                        switch (m.group(2)) {
                            case "ms" -> Duration.ofMillis(n);
                            case "s" -> Duration.ofSeconds(n);
                            case "min", "m" -> Duration.ofMinutes(n);
                            case "h" -> Duration.ofHours(n);
                            default -> Duration.ofDays(n);
                        });
            }
            if (value.equals("0")) {
                return Duration.ZERO;
            }
            if (value.startsWith("P")) {
                return bounded(Duration.parse(value));
            }
        } catch (ArithmeticException | DateTimeParseException e) {
            // said below
        }
        throw new Bad("a time like 500ms, 30s, 5min, 2h or 0");
    }

    private static Duration bounded(Duration d) {
        if (d.isNegative() || d.compareTo(Duration.ofDays(36_500)) > 0) {
            throw new Bad("a time from 0 to 36500d");
        }
        return d;
    }

    private static CaptureBudget budget(String value) {
        try {
            return CaptureBudget.parse(value);
        } catch (IllegalArgumentException e) {
            throw new Bad("unlimited, none or a rate like 2000/s");
        }
    }

    /** {@code 5min} for all kinds, {@code jdbc.connection=30s,socket=5min,*=1h} by kind. */
    private static Limits limits(String value) {
        Limits result = Limits.NONE;
        try {
            for (String part : value.split(",", -1)) {
                int equals = part.indexOf('=');
                String kind = equals < 0 ? "*" : part.substring(0, equals).strip();
                Duration limit = duration(part.substring(equals + 1).strip());
                result = result.with(kind.equals("*") ? null : ResourceKind.of(kind), limit);
            }
        } catch (Bad | IllegalArgumentException e) {
            throw new Bad("limits like 5min, or by kind: jdbc.connection=30s,socket=5min,*=1h");
        }
        return result;
    }

    private static List<String> mdcKeys(String value) {
        List<String> result = new ArrayList<>();
        for (String key : value.split(",", -1)) {
            if (key.isBlank() || key.length() > 100 || result.size() == 16) {
                throw new Bad("1 to 16 keys of the MDC separated by commas, like tenant,job");
            }
            result.add(key.strip());
        }
        return List.copyOf(result);
    }

    private static List<String> packages(String value) {
        List<String> result = new ArrayList<>();
        for (String name : value.split(",", -1)) {
            String trimmed = name.strip();
            if (trimmed.endsWith(".*")) {
                trimmed = trimmed.substring(0, trimmed.length() - 2);
            }
            if (!PACKAGE.matcher(trimmed).matches()) {
                throw new Bad("package names separated by commas, like com.acme,org.acme.orders");
            }
            result.add(trimmed);
        }
        return List.copyOf(result);
    }

    private static List<String> helpers(String value) {
        List<String> result = new ArrayList<>();
        for (String name : value.split(",", -1)) {
            String trimmed = name.strip();
            String plain = trimmed.endsWith(".*") ? trimmed.substring(0, trimmed.length() - 2) : trimmed;
            if (!HELPER.matcher(plain).matches() || plain.chars().allMatch(c -> c == '*' || c == '.')) {
                throw new Bad("packages, classes or methods separated by commas,"
                        + " like com.acme.util,com.acme.Db,com.acme.Files.open");
            }
            result.add(plain);
        }
        return List.copyOf(result);
    }

    private static Path path(String value) {
        try {
            if (!value.isEmpty()) {
                return Path.of(value);
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new Bad("the path of a file, like target/leakguard-report.html");
    }

    private static List<Suppression> file(String value) {
        try {
            return SuppressionFile.read(Path.of(value));
        } catch (IOException | InvalidPathException e) {
            throw new Bad("the path of a readable file (" + e.getClass().getSimpleName() + ": "
                    + Text.safe(String.valueOf(e.getMessage()), 300) + ")");
        }
    }

    private static String nearest(String key) {
        return Keys.ALL.keySet().stream()
                .min(Comparator.comparingInt(k -> distance(k, key)))
                .orElseThrow();
    }

    /** Levenshtein's, on keys cut to 64 characters. */
    private static int distance(String a, String full) {
        String b = full.length() > 64 ? full.substring(0, 64) : full;
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int up = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(up, row[j - 1]) + 1);
                diagonal = up;
            }
        }
        return row[b.length()];
    }
}
