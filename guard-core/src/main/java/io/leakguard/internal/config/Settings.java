package io.leakguard.internal.config;

import io.leakguard.ContextProvider;
import io.leakguard.LeakListener;
import io.leakguard.LeakScope;
import io.leakguard.internal.base.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The fixed settings of a guard: those with a text by {@link Setting}, the others by name. */
public record Settings(
        Map<Setting<?>, Object> values,
        List<LeakListener> listeners,
        List<ContextProvider> contexts,
        @Nullable Supplier<? extends @Nullable LeakScope> defaultScope,
        Clock clock) {

    /** Returns the value that was set, or the default. */
    @SuppressWarnings({"unchecked", "NullAway"}) // Config puts a value of the setting's type
    public <T> T get(Setting<T> setting) {
        return (T) values.get(setting);
    }

    public String name() {
        return get(Setting.NAME);
    }
}
