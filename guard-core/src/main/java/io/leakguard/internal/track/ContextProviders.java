package io.leakguard.internal.track;

import io.leakguard.ContextProvider;
import io.leakguard.internal.base.Failures;
import io.leakguard.internal.base.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the context providers. None of their failures reaches the application or stops a report. */
public final class ContextProviders {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");
    private static final int MAX_ATTRIBUTES = 16;
    private static final int MAX_TEXT = 200;

    private final ContextProvider[] providers;
    private final Failures failures;
    /** Set only while a provider runs, so that no thread keeps a value. */
    private final ThreadLocal<Boolean> running = new ThreadLocal<>();

    public ContextProviders(List<ContextProvider> providers, Failures failures) {
        this.providers = providers.toArray(new ContextProvider[0]);
        this.failures = failures;
    }

    /** The values that each provider captured; null if there are none. Never throws. */
    @Nullable
    Object @Nullable [] capture() {
        if (running.get() != null) {
            return null; // a provider itself is opening a resource
        }
        @Nullable Object @Nullable [] captured = null;
        try {
            running.set(true);
            for (int i = 0; i < providers.length; i++) {
                Object value = capture(providers[i]);
                if (value != null) {
                    if (captured == null) {
                        captured = new @Nullable Object[providers.length];
                    }
                    captured[i] = value;
                }
            }
        } finally {
            running.remove();
        }
        return captured;
    }

    private @Nullable Object capture(ContextProvider provider) {
        try {
            return provider.capture();
        } catch (Throwable t) {
            failures.ofContextProvider(); // no logging on the application's thread
            return null;
        }
    }

    Map<String, String> describe(@Nullable Object[] captured) {
        Map<String, String> result = new LinkedHashMap<>();
        for (int i = 0; i < captured.length; i++) {
            Object value = captured[i];
            if (value == null) {
                continue;
            }
            try {
                for (Map.Entry<String, String> e : providers[i].describe(value).entrySet()) {
                    if (result.size() == MAX_ATTRIBUTES) {
                        return result;
                    }
                    result.put(
                            Text.safe(String.valueOf(e.getKey()), MAX_TEXT),
                            Text.safe(String.valueOf(e.getValue()), MAX_TEXT));
                }
            } catch (Throwable t) {
                failures.ofContextProvider();
                LOG.debug("context provider {} failed", providers[i].getClass().getName(), t);
            }
        }
        return result;
    }
}
