package io.leakguard.internal.track;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The span and the values of context providers, for guards that have providers. Other guards keep the span alone. */
final class Origin {
    final @Nullable Object span;
    private final ContextProviders providers;
    private final @Nullable Object[] captured;

    Origin(@Nullable Object span, ContextProviders providers, @Nullable Object[] captured) {
        this.span = span;
        this.providers = providers;
        this.captured = captured;
    }

    /** Asks the providers for the attributes. Returns a new map. On the reporter's thread. */
    Map<String, String> attributes() {
        return providers.describe(captured);
    }
}
