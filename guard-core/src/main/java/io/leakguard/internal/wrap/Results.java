package io.leakguard.internal.wrap;

import java.lang.reflect.Method;
import java.lang.reflect.TypeVariable;
import java.util.Set;

/** The results of a handle whose resource returns itself. */
final class Results {

    private static final Set<String> GETTERS =
            Set.of("root", "parent", "owner", "delegate", "underlying", "raw", "unwrap", "target");

    private Results() {}

    /**
     * Tells whether the caller goes on with the result in the handle's place, as with
     * {@code conn.withTimeout(5).send()}. A getter returns an object that others know too, and compare: the handle
     * would be another object.
     */
    static boolean isFluent(Method method) {
        String name = method.getName();
        if (method.getParameterCount() == 0
                && (GETTERS.contains(name) || isPrefixed(name, "get") || isPrefixed(name, "is"))) {
            return false;
        }
        if (method.getGenericReturnType() instanceof TypeVariable<?> variable) {
            return variable.getGenericDeclaration()
                    instanceof Class<?>; // the interface's own "self" type; not that of unwrap
        }
        return method.getReturnType() != Object.class;
    }

    private static boolean isPrefixed(String name, String prefix) {
        return name.length() > prefix.length()
                && name.startsWith(prefix)
                && Character.isUpperCase(name.charAt(prefix.length()));
    }
}
