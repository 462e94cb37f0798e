package io.leakguard.spring;

import io.leakguard.jdbc.JdbcGuard;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/** The settings of data sources. A class of its own, since guard-jdbc may be absent. */
final class JdbcSettings {

    private static final String PREFIX = "leakguard.jdbc.";

    private final Set<String> excluded;
    private final JdbcGuard.Builder builder;

    /** Throws {@link IllegalArgumentException} for an unknown key or a bad value; the message names it and the fix. */
    JdbcSettings(Environment environment) {
        excluded = Set.copyOf(Binder.get(environment)
                .bind(PREFIX + "exclude-beans", Bindable.listOf(String.class))
                .orElse(List.of()));
        JdbcGuard.Builder made = JdbcGuard.builder();
        GuardSettings.texts(environment, PREFIX, JdbcGuard.keys()).forEach(made::property);
        if (environment instanceof ConfigurableEnvironment all) {
            all.getPropertySources().forEach(source -> {
                if (source instanceof EnumerablePropertySource<?> enumerable) {
                    for (String name : enumerable.getPropertyNames()) {
                        if (isUnknown(name)) {
                            made.property(name, ""); // refuses it, and says which there are
                        }
                    }
                }
            });
        }
        builder = made;
    }

    private static boolean isUnknown(String name) {
        return name.startsWith(PREFIX)
                && !name.startsWith(PREFIX + "exclude-beans")
                && !JdbcGuard.keys().contains(name.substring(PREFIX.length()));
    }

    boolean excludes(String bean) {
        return excluded.contains(bean);
    }

    JdbcGuard.Builder builder() {
        return builder;
    }
}
