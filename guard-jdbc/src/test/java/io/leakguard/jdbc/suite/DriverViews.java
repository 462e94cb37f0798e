package io.leakguard.jdbc.suite;

import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.SQLException;
import java.sql.Wrapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.util.ClassUtils;

/**
 * Lets a driver's own tests cast what they get to the driver's classes, as the guard's objects don't allow: a subclass of the
 * driver's class that passes the methods of JDBC to the guarded object, and the driver's own methods to the driver's object.
 * Its fields are copies, which final methods of the driver need: a field that changes later is as it was.
 */
final class DriverViews {

    private final Map<Class<?>, Class<?>> types;
    /** One view of each guarded object, since tests compare them. */
    private final Map<Object, WeakReference<Object>> views = new WeakHashMap<>();

    private DriverViews(Map<Class<?>, Class<?>> types) {
        this.types = types;
    }

    /**
     * Reads pairs of an interface of JDBC and the driver's type behind it, as {@code
     * java.sql.Connection=org.h2.jdbc.JdbcConnection,…}, those that are more special first. Empty for no views.
     */
    static DriverViews of(String pairs) throws ClassNotFoundException {
        Map<Class<?>, Class<?>> types = new LinkedHashMap<>();
        for (String pair : pairs.split(",", -1)) {
            if (!pair.isBlank()) {
                String[] names = pair.split("=", 2);
                types.put(Class.forName(names[0]), Class.forName(names[1]));
            }
        }
        return new DriverViews(types);
    }

    /** The view of a guarded object; what is no such object is returned as it is. */
    @Nullable
    Object view(@Nullable Object guarded) throws SQLException {
        if (!(guarded instanceof Wrapper wrapper)) {
            return guarded;
        }
        for (Map.Entry<Class<?>, Class<?>> type : types.entrySet()) {
            if (type.getKey().isInstance(guarded)) {
                synchronized (views) {
                    WeakReference<Object> known = views.get(guarded);
                    Object view = known == null ? null : known.get();
                    if (view == null) {
                        view = newView(guarded, type.getKey(), wrapper.unwrap(type.getValue()));
                        views.put(guarded, new WeakReference<>(view));
                    }
                    return view;
                }
            }
        }
        return guarded;
    }

    private Object newView(Object guarded, Class<?> jdbc, Object own) {
        ProxyFactory factory = new ProxyFactory();
        factory.setTarget(own);
        // A final close() would close the driver's object past the guard (see OpenedClasses): then only the driver's
        // interfaces can be cast to.
        boolean isSubclass = !isFinalIn(own, "close");
        factory.setProxyTargetClass(isSubclass);
        if (!isSubclass) {
            factory.setInterfaces(ClassUtils.getAllInterfaces(own));
        }
        factory.setOpaque(true);
        factory.addAdvice((org.aopalliance.intercept.MethodInterceptor) call -> invoke(call, guarded, jdbc, own));
        Object view = factory.getProxy(own.getClass().getClassLoader());
        if (isSubclass) {
            copyFields(own, view);
        }
        return view;
    }

    private static boolean isFinalIn(Object own, String method) {
        return Stream.of(own.getClass().getMethods())
                .filter(each -> each.getName().equals(method) && each.getParameterCount() == 0)
                .anyMatch(each -> Modifier.isFinal(each.getModifiers()));
    }

    private static void copyFields(Object from, Object to) {
        for (Class<?> type = from.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    try {
                        field.setAccessible(true);
                        field.set(to, field.get(from));
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(field + " can't be copied", e);
                    }
                }
            }
        }
    }

    private @Nullable Object invoke(MethodInvocation call, Object guarded, Class<?> jdbc, Object own) throws Throwable {
        Method called = call.getMethod();
        Method ofJdbc = Modifier.isPublic(called.getModifiers()) ? declared(jdbc, called) : null;
        try {
            if (ofJdbc != null) {
                Object result = ofJdbc.invoke(guarded, call.getArguments());
                // The view stands for the driver's object, also where a test unwraps it.
                return result == own ? ((ProxyMethodInvocation) call).getProxy() : view(result);
            }
            called.setAccessible(true);
            return called.invoke(own, call.getArguments());
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static @Nullable Method declared(Class<?> jdbc, Method called) {
        try {
            return jdbc.getMethod(called.getName(), called.getParameterTypes());
        } catch (NoSuchMethodException e) {
            return null;
        }
    }
}
