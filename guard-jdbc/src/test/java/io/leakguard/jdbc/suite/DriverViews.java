package io.leakguard.jdbc.suite;

import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.SQLException;
import java.sql.Wrapper;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;

/**
 * Lets a driver's own tests cast what they get to the driver's classes, as the guard's objects don't allow: a subclass of the
 * driver's class that passes the methods of JDBC to the guarded object, and the driver's own methods to the driver's object.
 * Private fields that a test reads are empty in it.
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
        for (String pair : pairs.split(",")) {
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
        factory.setProxyTargetClass(true);
        factory.setOpaque(true);
        factory.addAdvice((org.aopalliance.intercept.MethodInterceptor) call -> invoke(call, guarded, jdbc, own));
        return factory.getProxy(own.getClass().getClassLoader());
    }

    private @Nullable Object invoke(MethodInvocation call, Object guarded, Class<?> jdbc, Object own) throws Throwable {
        Method called = call.getMethod();
        Method ofJdbc = Modifier.isPublic(called.getModifiers()) ? declared(jdbc, called) : null;
        try {
            if (ofJdbc != null) {
                return view(ofJdbc.invoke(guarded, call.getArguments()));
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
