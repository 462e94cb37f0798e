package io.leakguard.internal.wrap;

import io.leakguard.ResourceKind;
import io.leakguard.internal.track.JdkResource;
import org.jspecify.annotations.Nullable;

/** The kind of a resource, by its class. */
final class KindOf {
    private KindOf() {}

    static ResourceKind of(Object resource) {
        return of(resource, null);
    }

    /** {@code as} is the interface by which it is wrapped. */
    static ResourceKind of(Object resource, @Nullable Class<?> as) {
        JdkResource known = JdkResource.of(resource);
        return known != null ? known.kind() : LibraryKinds.of(resource, as);
    }
}
