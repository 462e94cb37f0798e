package io.leakguard.internal.config;

import io.leakguard.ContextProvider;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.ResourceKind;
import io.leakguard.Suppression;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a guard: from system properties, by key and text, and from the builder. Not thread-safe. */
public final class Config {

    public static final String PREFIX = "leakguard.";

    /** Keys of other modules, which check them. */
    private static final List<String> OTHER_MODULES =
            List.of("agent.", "junit.", "jdbc.", "netty.", "demo.", "test.", "watch.", "spring.");

    private final Map<Setting<?>, Object> values = new HashMap<>();
    private final List<Suppression> suppressions = new ArrayList<>();
    private final List<LeakListener> listeners = new ArrayList<>();
    private final List<ContextProvider> contexts = new ArrayList<>();
    private @Nullable Supplier<? extends @Nullable LeakScope> defaultScope;
    private Clock clock = Clock.SYSTEM;
    private boolean switchedOff;

    private Config() {
        Setting.all().values().forEach(setting -> values.put(setting, setting.initial()));
    }

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
        config.switchedOff = !config.enabled();
        return config;
    }

    public static Config defaults() {
        return new Config();
    }

    public void set(String keyOrFullKey, String value, String source) {
        String key = keyOrFullKey.startsWith(PREFIX) ? keyOrFullKey.substring(PREFIX.length()) : keyOrFullKey;
        Setting<?> setting = Setting.all().get(key);
        if (setting == null) {
            throw new IllegalArgumentException(
                    source + ": there is no setting '" + PREFIX + Text.safe(key, 100) + "'; did you mean '" + PREFIX
                            + nearest(key) + "'? The settings are "
                            + String.join(", ", Setting.all().keySet()));
        }
        try {
            read(setting, value.strip());
        } catch (BadValue bad) {
            throw new IllegalArgumentException(source + ": '" + Text.safe(value, 200) + "' is not a value for " + PREFIX
                    + key + ": give " + bad.expected());
        }
    }

    private <T> void read(Setting<T> setting, String text) {
        if (setting == Setting.SUPPRESSIONS) {
            suppressions.addAll(Setting.SUPPRESSIONS.parse(text)); // each file adds to the earlier ones
        } else {
            set(setting, setting.parse(text));
        }
    }

    public <T> void set(Setting<T> setting, T value) {
        values.put(setting, value);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // each setting has a value of its own type
    private <T> T get(Setting<T> setting) {
        return (T) values.get(setting);
    }

    public static List<String> keys() {
        return List.copyOf(Setting.all().keySet());
    }

    public void suppress(Suppression suppression) {
        suppressions.add(suppression);
    }

    public void listener(LeakListener listener) {
        listeners.add(listener);
    }

    public void overdue(@Nullable ResourceKind kind, Duration limit) {
        set(Setting.OVERDUE, get(Setting.OVERDUE).with(kind, limit));
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
        return get(Setting.ENABLED) && !switchedOff;
    }

    public Settings snapshot() {
        Map<Setting<?>, Object> fixed = new HashMap<>(values);
        fixed.put(Setting.SUPPRESSIONS, List.copyOf(suppressions));
        List<ContextProvider> all = new ArrayList<>(contexts);
        List<String> mdc = get(Setting.MDC);
        if (!mdc.isEmpty()) {
            all.add(0, new MdcContext(mdc));
        }
        return new Settings(Map.copyOf(fixed), List.copyOf(listeners), List.copyOf(all), defaultScope, clock);
    }

    /** Parses a time of another part of the library. */
    public static Duration duration(String value, String source) {
        try {
            return Values.duration(value.strip());
        } catch (BadValue bad) {
            throw new IllegalArgumentException(
                    source + ": '" + Text.safe(value, 200) + "' is not a time: give " + bad.expected());
        }
    }

    private static String nearest(String key) {
        return Setting.all().keySet().stream()
                .min(Comparator.comparingInt(k -> distance(k, key)))
                .orElseThrow();
    }

    /** The Levenshtein distance, of keys cut to 64 characters. */
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
