package io.leakguard.spring;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.List;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Selects the methods that get a scope for each call. Annotations are given by name, since few applications have them
 * all.
 */
final class ScopedMethodRule {

    static final String ASYNC = "org.springframework.scheduling.annotation.Async";

    private static final List<String> ANNOTATIONS = List.of(
            "org.springframework.scheduling.annotation.Scheduled",
            "org.springframework.kafka.annotation.KafkaListener",
            "org.springframework.kafka.annotation.KafkaHandler",
            "org.springframework.amqp.rabbit.annotation.RabbitListener",
            "org.springframework.amqp.rabbit.annotation.RabbitHandler",
            ASYNC);

    private ScopedMethodRule() {}

    static boolean isScoped(Method method, Class<?> type) {
        Method specific = AopUtils.getMostSpecificMethod(method, type);
        return !worksLater(specific)
                && (isAnnotated(specific) || (isAnnotated(type) && Modifier.isPublic(specific.getModifiers())))
                && specific.getDeclaringClass() != Object.class;
    }

    private static boolean isAnnotated(AnnotatedElement element) {
        return element.getAnnotations().length > 0
                && ANNOTATIONS.stream()
                        .anyMatch(name -> AnnotatedElementUtils.isAnnotated(element, name)
                                || AnnotatedElementUtils.isAnnotated(element, name + "s"));
    }

    /** A method that returns a publisher, or a suspending one, ends before its work begins. */
    private static boolean worksLater(Method method) {
        for (Class<?> parameter : method.getParameterTypes()) {
            if (parameter.getName().equals("kotlin.coroutines.Continuation")) {
                return true;
            }
        }
        return ClassUtils.getAllInterfacesForClassAsSet(method.getReturnType()).stream()
                .anyMatch(type -> type.getName().equals("org.reactivestreams.Publisher"));
    }

    /**
     * Tells whether a bean may get a class proxy. A proxy has its own fields. Code that reads them, and methods that
     * can't be overridden, would see another object. Such a bean gets no scopes.
     */
    static boolean mayBeProxied(Object bean) {
        if (bean instanceof Advised || Proxy.isProxyClass(bean.getClass())) {
            return bean instanceof Advised;
        }
        Class<?> type = bean.getClass();
        if (type.getName().startsWith("org.springframework.") || Modifier.isFinal(type.getModifiers())) {
            return false;
        }
        boolean scoped = false;
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            scoped |= isAnnotated(c);
            for (Method method : c.getDeclaredMethods()) {
                scoped |= isAnnotated(method);
            }
        }
        return scoped && isOpen(ClassUtils.getUserClass(type));
    }

    private static boolean isOpen(Class<?> type) {
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                int modifiers = method.getModifiers();
                if (!Modifier.isStatic(modifiers)
                        && (Modifier.isPrivate(modifiers) ? isAnnotated(method) : Modifier.isFinal(modifiers))) {
                    return false;
                }
            }
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !Modifier.isPrivate(field.getModifiers())
                        && !Modifier.isFinal(field.getModifiers())
                        && Modifier.isPublic(field.getModifiers())) {
                    return false;
                }
            }
        }
        return true;
    }
}
