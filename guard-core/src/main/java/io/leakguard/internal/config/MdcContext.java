package io.leakguard.internal.config;

import io.leakguard.ContextProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Takes the chosen values from SLF4J's MDC. They are strings, and keep nothing alive. */
final class MdcContext implements ContextProvider {

    private final String[] keys;

    MdcContext(List<String> keys) {
        this.keys = keys.toArray(new String[0]);
    }

    @Override
    public @Nullable Object capture() {
        @Nullable String @Nullable [] values = null;
        for (int i = 0; i < keys.length; i++) {
            String value = MDC.get(keys[i]);
            if (value != null) {
                if (values == null) {
                    values = new @Nullable String[keys.length];
                }
                values[i] = value;
            }
        }
        return values;
    }

    @Override
    public Map<String, String> describe(Object captured) {
        @Nullable String[] values = (@Nullable String[]) captured;
        Map<String, String> result = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            if (value != null) {
                result.put(keys[i], value);
            }
        }
        return result;
    }
}
