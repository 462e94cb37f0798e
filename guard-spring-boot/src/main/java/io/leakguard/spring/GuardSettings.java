package io.leakguard.spring;

import io.leakguard.LeakGuard;
import io.leakguard.LeakGuardBuilder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/** Makes a guard from the settings of the environment. */
final class GuardSettings {

    static final String PREFIX = "leakguard.";

    /** The guard's own keys, in the order of its documentation. The guard reads their texts. */
    static final List<String> KEYS = List.of(
            "enabled",
            "name",
            "capture",
            "escalation",
            "app.packages",
            "blame.skip",
            "report.interval",
            "reports.per.minute",
            "sites.max",
            "queue.capacity",
            "reclaim",
            "trace",
            "mdc",
            "hold.durations",
            "log",
            "scope.grace",
            "scope.inherit",
            "overdue",
            "growth.interval",
            "growth.capacity",
            "gc.after.idle",
            "dump.signal",
            "shutdown.hook",
            "shutdown.wait",
            "report.file",
            "suppressions");

    private static final Set<String> LISTS = Set.of("app.packages", "blame.skip", "mdc");

    /** Prefixes of keys that other modules or this one check. */
    private static final List<String> OTHERS =
            List.of("spring.", "jdbc.", "netty.", "watch.", "junit.", "demo.", "test.", "agent.");

    private GuardSettings() {}

    static boolean isEnabled(Environment environment) {
        return environment.getProperty(PREFIX + "enabled", Boolean.class, true);
    }

    /** Throws {@link IllegalArgumentException} for an unknown key or a bad value; the message names it and the fix. */
    static LeakGuard guard(ConfigurableEnvironment environment) {
        refuseUnknown(environment);
        Binder binder = Binder.get(environment);
        LeakGuardBuilder builder = LeakGuard.builder();
        for (String key : KEYS) {
            BindResult<String> value = LISTS.contains(key)
                    ? binder.bind(PREFIX + key, Bindable.listOf(String.class)).map(list -> String.join(",", list))
                    : binder.bind(PREFIX + key, String.class);
            value.ifBound(text -> {
                if (!text.isBlank()) {
                    builder.property(key, text);
                }
            });
        }
        if (!environment.containsProperty(PREFIX + "name")) {
            String name = environment.getProperty("spring.application.name", "");
            if (!name.isBlank()) {
                builder.name(name);
            }
        }
        return builder.build();
    }

    private static void refuseUnknown(ConfigurableEnvironment environment) {
        Set<String> unknown = new TreeSet<>();
        environment.getPropertySources().forEach(source -> {
            if (source instanceof EnumerablePropertySource<?> enumerable) {
                for (String name : enumerable.getPropertyNames()) {
                    if (name.startsWith(PREFIX) && !isKnown(name.substring(PREFIX.length()))) {
                        unknown.add(name);
                    }
                }
            }
        });
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("there is no setting " + String.join(", ", unknown)
                    + ": the settings of the guard are " + PREFIX + String.join(", " + PREFIX, KEYS));
        }
    }

    private static boolean isKnown(String key) {
        String name = key.replaceAll("\\[\\d+\\]$", "");
        return KEYS.contains(name) || OTHERS.stream().anyMatch(key::startsWith);
    }
}
