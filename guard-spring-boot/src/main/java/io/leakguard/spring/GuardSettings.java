package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import io.leakguard.watch.WatchOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/** Reads the settings from the environment, and makes the guard. The settings' names and forms are those of their modules. */
final class GuardSettings {

    static final String PREFIX = "leakguard.";
    static final String WATCH = PREFIX + "watch.";
    static final String SPRING = PREFIX + "spring.";

    /** Which parts of the application are under the guard. */
    static final List<String> PARTS =
            List.of("jdbc", "netty", "web", "tasks", "reactor", "watch", "metrics", "telemetry");

    /** Of other modules: theirs to check. */
    private static final List<String> OTHERS = List.of("jdbc.", "netty.", "junit.", "demo.", "test.", "agent.");

    private GuardSettings() {}

    static boolean isEnabled(Environment environment) {
        return environment.getProperty(PREFIX + "enabled", Boolean.class, true);
    }

    /** Throws {@link IllegalArgumentException} for an unknown key or a bad value; the message names it and the fix. */
    static LeakGuard guard(ConfigurableEnvironment environment) {
        refuseUnknown(environment);
        texts(environment, SPRING, PARTS).forEach((part, text) -> {
            if (!Set.of("true", "false").contains(text.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(SPRING + part + "=" + text + ": give true or false");
            }
        });
        LeakGuardBuilder builder = LeakGuard.builder();
        texts(environment, PREFIX, LeakGuardBuilder.keys()).forEach(builder::property);
        if (!environment.containsProperty(PREFIX + "name")) {
            String name = environment.getProperty("spring.application.name", "");
            if (!name.isBlank()) {
                builder.name(name);
            }
        }
        return builder.build();
    }

    /** Throws {@link IllegalArgumentException} for a bad value; the message names it and the fix. */
    static WatchOptions watch(Environment environment) {
        return WatchOptions.of(texts(environment, WATCH, WatchOptions.keys()));
    }

    /** The texts of those settings that the environment has, by key. A list is a text with commas. */
    static Map<String, String> texts(Environment environment, String prefix, List<String> keys) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!mayHave(environment, prefix)) {
            return texts; // in most applications, and at once
        }
        Binder binder = Binder.get(environment);
        for (String key : keys) {
            BindResult<String> text = binder.bind(prefix + key, String.class);
            if (!text.isBound()) {
                text = binder.bind(prefix + key, Bindable.listOf(String.class)).map(list -> String.join(",", list));
            }
            text.ifBound(value -> {
                if (!value.isBlank()) {
                    texts.put(key, value);
                }
            });
        }
        return texts;
    }

    private static boolean mayHave(Environment environment, String prefix) {
        ConfigurationPropertyName name = ConfigurationPropertyName.of(prefix.substring(0, prefix.length() - 1));
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.containsDescendantOf(name) != ConfigurationPropertyState.ABSENT) {
                return true;
            }
        }
        return false;
    }

    private static void refuseUnknown(ConfigurableEnvironment environment) {
        Set<String> unknown = new TreeSet<>();
        environment.getPropertySources().forEach(source -> {
            if (source instanceof EnumerablePropertySource<?> enumerable) {
                for (String name : enumerable.getPropertyNames()) {
                    if (name.startsWith(PREFIX) && !isKnown(name.replaceAll("\\[\\d+\\]$", ""))) {
                        unknown.add(name);
                    }
                }
            }
        });
        if (!unknown.isEmpty()) {
            String first = unknown.iterator().next();
            String prefix = first.startsWith(WATCH) ? WATCH : first.startsWith(SPRING) ? SPRING : PREFIX;
            throw new IllegalArgumentException("there is no setting " + String.join(", ", unknown)
                    + ": the settings are " + prefix + String.join(", " + prefix, keys(prefix)));
        }
    }

    private static List<String> keys(String prefix) {
        return switch (prefix) {
            case WATCH -> WatchOptions.keys();
            case SPRING -> PARTS;
            default -> LeakGuardBuilder.keys();
        };
    }

    private static boolean isKnown(String name) {
        for (String prefix : List.of(WATCH, SPRING)) {
            if (name.startsWith(prefix)) {
                return keys(prefix).contains(name.substring(prefix.length()));
            }
        }
        String key = name.substring(PREFIX.length());
        return keys(PREFIX).contains(key) || OTHERS.stream().anyMatch(key::startsWith);
    }
}
