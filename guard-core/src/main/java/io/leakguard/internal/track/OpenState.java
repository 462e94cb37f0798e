package io.leakguard.internal.track;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a resource by methods that many libraries share, such as {@code isOpen()}. */
final class OpenState {

    /** The method's name, and the answer that means "closed". */
    private static final Map<String, Object> QUESTIONS = Map.ofEntries(
            Map.entry("isClosed", true),
            Map.entry("isOpen", false),
            Map.entry("isShutdown", true),
            Map.entry("isShutDown", true),
            Map.entry("isTerminated", true),
            Map.entry("isDisposed", true),
            Map.entry("isDestroyed", true),
            Map.entry("isReleased", true),
            Map.entry("isAlive", false),
            Map.entry("refCnt", 0),
            Map.entry("getRefCount", 0));

    private OpenState() {}

    /** True and false are certain. Null if no such method exists, or none answers. */
    static @Nullable Boolean ofConvention(Object resource) {
        Boolean open = null;
        for (Map.Entry<String, Object> question : QUESTIONS.entrySet()) {
            Object answer = ask(resource, question.getKey(), question.getValue().getClass());
            if (question.getValue().equals(answer)) {
                return false;
            }
            if (answer != null) {
                open = true;
            }
        }
        return open;
    }

    private static @Nullable Object ask(Object resource, String name, Class<?> boxed) {
        try {
            Method method = resource.getClass().getMethod(name);
            Class<?> type = method.getReturnType();
            Class<?> primitive = boxed == Boolean.class ? boolean.class : int.class;
            if (Modifier.isStatic(method.getModifiers()) || type != primitive) {
                return null;
            }
            Method callable = callable(resource.getClass(), name);
            return callable == null ? null : callable.invoke(resource);
        } catch (NoSuchMethodException e) {
            return null;
        } catch (Throwable t) {
            return null; // the resource's fault: its state is unknown
        }
    }

    /** The method as a publicly callable type declares it; null if there is none. */
    private static @Nullable Method callable(Class<?> type, String name) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            Method declared = declared(c, name);
            if (declared != null) {
                return declared;
            }
            for (Class<?> parent : c.getInterfaces()) {
                Method inherited = callable(parent, name);
                if (inherited != null) {
                    return inherited;
                }
            }
        }
        return null;
    }

    private static @Nullable Method declared(Class<?> type, String name) {
        try {
            Method method = type.getDeclaredMethod(name);
            if (!Modifier.isPublic(method.getModifiers())) {
                return null;
            }
            boolean open = Modifier.isPublic(type.getModifiers())
                    && type.getModule().isExported(type.getPackageName(), OpenState.class.getModule());
            return open || method.trySetAccessible() ? method : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }
}
