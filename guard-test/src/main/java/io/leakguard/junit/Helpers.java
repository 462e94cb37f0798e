package io.leakguard.junit;

import java.security.CodeSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows the classes that help tests: those beside the test classes, in the same folder or jar, that are neither the test class
 * nor one that it extends. What such a class opens and keeps may be meant for the whole suite, as a server is that the first
 * test starts. Thread-safe.
 */
final class Helpers {

    /** Where a class is from; empty if that is not known. */
    private final Map<String, String> places = new ConcurrentHashMap<>();

    private final Map<String, Set<String>> families = new ConcurrentHashMap<>();

    /** Tells whether a helper is among the frames that opened something, up to the test's own. */
    boolean isIn(List<StackTraceElement> stack, Unit owner) {
        if (owner.className.isEmpty()) {
            return false;
        }
        String place = place(owner.className);
        Set<String> family = families.computeIfAbsent(owner.className, Helpers::family);
        for (StackTraceElement frame : stack) {
            String name = outermost(frame.getClassName());
            if (family.contains(name)) {
                return false;
            }
            if (!Frames.isCaller(name) && !place.isEmpty() && place(name).equals(place)) {
                return true;
            }
        }
        return false;
    }

    private static String outermost(String className) {
        int dollar = className.indexOf('$');
        return dollar > 0 ? className.substring(0, dollar) : className;
    }

    private String place(String className) {
        return places.computeIfAbsent(className, Helpers::placeOf);
    }

    private static String placeOf(String className) {
        Class<?> type = load(className);
        CodeSource source = type == null ? null : type.getProtectionDomain().getCodeSource();
        return source == null ? "" : String.valueOf(source.getLocation());
    }

    private static Set<String> family(String className) {
        Set<String> result = new HashSet<>();
        result.add(outermost(className));
        for (Class<?> type = load(className); type != null; type = type.getSuperclass()) {
            result.add(outermost(type.getName()));
            for (Class<?> face : type.getInterfaces()) {
                result.add(outermost(face.getName()));
            }
        }
        return result;
    }

    private static @Nullable Class<?> load(String className) {
        try {
            return Class.forName(className, false, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return null; // generated, or another loader's
        }
    }
}
