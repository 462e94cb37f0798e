package io.leakguard.junit;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Tells whether a test class has anything that may close what its tests share: {@code @AfterAll}, an instance for all tests,
 * an extension, an order of its tests. If it has nothing, what a test leaves open is decided when the test ends. Thread-safe.
 */
final class ClassEnds {

    private final Map<Class<?>, Boolean> known = new ConcurrentHashMap<>();

    boolean mayClose(ExtensionContext context) {
        for (Class<?> type = context.getTestClass().orElse(null); type != null; type = type.getEnclosingClass()) {
            if (known.computeIfAbsent(type, ClassEnds::looksAt)) {
                return true;
            }
        }
        return context.getTestInstanceLifecycle().orElse(TestInstance.Lifecycle.PER_METHOD)
                == TestInstance.Lifecycle.PER_CLASS;
    }

    private static boolean looksAt(Class<?> testClass) {
        try {
            return isMarkedAnywhere(testClass);
        } catch (LinkageError e) {
            return true; // a type that one of its methods names is not there: it may be the one that matters
        }
    }

    private static boolean isMarkedAnywhere(Class<?> testClass) {
        for (Class<?> type = testClass; type != null && type != Object.class; type = type.getSuperclass()) {
            if (isMarked(type)) {
                return true;
            }
            for (Class<?> face : type.getInterfaces()) {
                if (isMarked(face)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isMarked(Class<?> type) {
        if (hasExtension(type) || AnnotationSupport.isAnnotated(type, TestMethodOrder.class)) {
            return true;
        }
        for (Method method : type.getDeclaredMethods()) {
            if (AnnotationSupport.isAnnotated(method, AfterAll.class)) {
                return true;
            }
        }
        for (Field field : type.getDeclaredFields()) {
            if (AnnotationSupport.isAnnotated(field, RegisterExtension.class)
                    || hasExtension(field)
                    || (Modifier.isStatic(field.getModifiers())
                            && AnnotationSupport.isAnnotated(field, AutoClose.class))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasExtension(AnnotatedElement element) {
        for (ExtendWith with : AnnotationSupport.findRepeatableAnnotations(element, ExtendWith.class)) {
            for (Class<?> extension : with.value()) {
                if (extension != LeakGuardExtension.class) {
                    return true;
                }
            }
        }
        return false;
    }
}
