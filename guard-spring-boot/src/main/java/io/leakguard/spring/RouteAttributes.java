package io.leakguard.spring;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.HandlerMapping;

/** The attributes of a request. Writing them shows when its handler was found, and by which pattern. */
final class RouteAttributes extends AbstractMap<String, Object> {

    private final Map<String, Object> attributes;
    private final Consumer<String> route;

    RouteAttributes(Map<String, Object> attributes, Consumer<String> route) {
        this.attributes = attributes;
        this.route = route;
    }

    @Override
    public @Nullable Object put(String key, Object value) {
        if (key.equals(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE)) {
            route.accept(value.toString());
        }
        return attributes.put(key, value);
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
        return attributes.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return attributes.containsKey(key);
    }

    @Override
    public @Nullable Object remove(@Nullable Object key) {
        return attributes.remove(key);
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
        return attributes.entrySet();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return attributes.equals(other);
    }

    @Override
    public int hashCode() {
        return attributes.hashCode();
    }
}
