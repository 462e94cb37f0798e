package io.leakguard.agent.internal;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds the stream, channel or socket inside the JDK's wrapper: a reader around a stream, a stream of paths around a
 * directory, a socket around its implementation. Runs where the application wraps a resource, not in hooks.
 */
final class Reach {

    private static final int MAX_OBJECTS = 64;

    /** The packages whose fields are followed. They are opened to the agent. */
    static final Set<String> PACKAGES = Set.of(
            "java.io",
            "java.net",
            "java.nio.channels",
            "java.nio.channels.spi",
            "java.nio.file",
            "java.util.stream",
            "java.util.zip",
            "java.util.jar",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.nio.fs");

    private final ClassValue<Field[]> fields = new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
            return fieldsOf(type);
        }
    };

    /** Calls the predicate for each object inside until it returns true. */
    void forEachInside(Object root, Predicate<Object> found) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> next = new ArrayDeque<>();
        next.add(root);
        seen.add(root);
        while (!next.isEmpty() && seen.size() < MAX_OBJECTS) {
            Object at = next.remove();
            if (at != root && found.test(at)) {
                return;
            }
            for (Field field : fields.get(at.getClass())) {
                Object inside = read(field, at);
                if (inside != null && isFollowed(inside.getClass()) && seen.add(inside)) {
                    next.add(inside);
                }
            }
        }
    }

    private static Object read(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e); // it was made accessible
        }
    }

    private static boolean isFollowed(Class<?> type) {
        return (PACKAGES.contains(type.getPackageName()) && type.getModule() == Object.class.getModule())
                || type.getName().startsWith("io.leakguard.internal.wrap."); // the guard's own wrappers
    }

    private static Field[] fieldsOf(Class<?> type) {
        List<Field> result = new ArrayList<>();
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            if (!isFollowed(at)) {
                continue;
            }
            for (Field field : at.getDeclaredFields()) {
                Class<?> of = field.getType();
                if (!Modifier.isStatic(field.getModifiers())
                        && !of.isPrimitive()
                        && !of.isArray()
                        && of != String.class
                        && field.trySetAccessible()) {
                    result.add(field);
                }
            }
        }
        return result.toArray(new Field[0]);
    }
}
