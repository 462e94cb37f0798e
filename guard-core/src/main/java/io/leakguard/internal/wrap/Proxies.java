package io.leakguard.internal.wrap;

import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.internal.Engine;
import io.leakguard.internal.track.NoTracker;
import io.leakguard.internal.track.Proxied;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Wrappers of any interface. */
final class Proxies {
    private Proxies() {}

    /** A handle that implements these interfaces and forwards everything to the resource. */
    static Object wrap(
            Engine engine,
            AutoCloseable resource,
            ResourceKind kind,
            @Nullable Object description,
            EndMethods ends,
            Class<?>... interfaces) {
        boolean open = true;
        for (Class<?> type : interfaces) {
            requireInterface(type);
            ClassChecked.require(type);
            open &= isOpen(type);
        }
        if (!open) {
            requireAccess(interfaces);
        }
        Proxied behind = new Proxied(resource, Wrap.probe(resource));
        Handle handle = new Handle(resource, behind, ends, open);
        Object proxy = newProxy(handle, interfaces);
        handle.tracker = engine.track(proxy, kind, description, null, behind);
        return proxy;
    }

    /** An object that is opened through a handle, such as a view. It keeps the handle reachable. */
    static <V extends @Nullable Object> V keeping(Class<V> type, V view, Object owner) {
        if (view == null || !type.isInterface() || type.isSealed() || !isOpen(type)) {
            return view;
        }
        return type.cast(Proxy.newProxyInstance(loader(type), new Class<?>[] {type}, new View(view, owner)));
    }

    private static void requireInterface(Class<?> type) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(
                    type.getName() + " is not an interface, so nothing of that type can stand in"
                            + " for the resource: use hold(resource), or wrap it as one of its interfaces");
        }
        if (type.isSealed()) {
            throw new IllegalArgumentException(
                    type.getName() + " is a sealed interface, so nothing else may implement it:"
                            + " use hold(resource), or wrap it as another of its interfaces");
        }
    }

    /** Tells whether any code may call it: the type and all that it extends are public and exported. */
    private static boolean isOpen(Class<?> type) {
        if (!Modifier.isPublic(type.getModifiers())
                || !type.getModule().isExported(type.getPackageName(), Proxies.class.getModule())) {
            return false;
        }
        for (Class<?> parent : type.getInterfaces()) {
            if (!isOpen(parent)) {
                return false;
            }
        }
        return true;
    }

    private static void requireAccess(Class<?>[] interfaces) {
        for (Class<?> type : interfaces) {
            for (Method method : type.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers()) && !method.trySetAccessible()) {
                    throw inaccessible(type, null);
                }
            }
        }
    }

    private static IllegalArgumentException inaccessible(Class<?> type, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                type.getName()
                        + " can't be implemented by a proxy, since it is not accessible: use hold(resource), or open"
                        + " its package to " + Proxies.class.getModule(),
                cause);
    }

    private static Object newProxy(Forwarding forwarding, Class<?>[] interfaces) {
        ClassLoader loader = loader(interfaces[0]);
        try {
            Class<?>[] all = Arrays.copyOf(interfaces, interfaces.length + 1);
            all[interfaces.length] = GuardedResource.class;
            if (sees(loader, GuardedResource.class)) {
                return Proxy.newProxyInstance(loader, all, forwarding);
            }
            // The interface's class loader doesn't know the guard. The proxy is a handle all the same.
            return Proxy.newProxyInstance(loader, interfaces, forwarding);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    Arrays.stream(interfaces).map(Class::getName).collect(Collectors.joining(", "))
                            + " can't be implemented by a proxy: use hold(resource)",
                    e);
        }
    }

    /** Returns the guard's own class loader if it knows the type, as it knows those of the JDK, else the type's. */
    private static @Nullable ClassLoader loader(Class<?> type) {
        ClassLoader own = Proxies.class.getClassLoader();
        return Modifier.isPublic(type.getModifiers()) && sees(own, type) ? own : type.getClassLoader();
    }

    private static boolean sees(@Nullable ClassLoader loader, Class<?> type) {
        try {
            return Class.forName(type.getName(), false, loader) == type;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /**
     * Tells whether the resource is a handle of one of our proxies, even if its class loader doesn't know our
     * interface.
     */
    static boolean isGuarded(Object resource) {
        return Proxy.isProxyClass(resource.getClass()) && Proxy.getInvocationHandler(resource) instanceof Handle;
    }

    private abstract static class Forwarding implements InvocationHandler {

        final Object delegate;

        Forwarding(Object delegate) {
            this.delegate = delegate;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
                throws Throwable {
            if (method.getDeclaringClass() == Object.class && args != null) {
                return isEqual(proxy, args[0]); // only equals has an argument
            }
            try {
                return forward(proxy, method, args);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            } finally {
                Reference.reachabilityFence(proxy);
            }
        }

        abstract @Nullable Object forward(Object proxy, Method method, @Nullable Object @Nullable [] args)
                throws Throwable;

        /** Asks the delegate, also about another proxy's delegate. Symmetric. */
        private boolean isEqual(Object proxy, @Nullable Object other) {
            if (other == null || other == proxy) {
                return other != null;
            }
            if (Proxy.isProxyClass(other.getClass())
                    && Proxy.getInvocationHandler(other) instanceof Forwarding forwarding) {
                return delegate.equals(forwarding.delegate);
            }
            return other == delegate ? delegate.equals(proxy) : delegate.equals(other);
        }
    }

    /** A proxy of an object that was opened through a handle. It keeps the handle reachable. */
    private static final class View extends Forwarding {

        private final Object owner;

        View(Object delegate, Object owner) {
            super(delegate);
            this.owner = owner;
        }

        @Override
        @Nullable
        Object forward(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
            try {
                Object result = method.invoke(delegate, args);
                return result == delegate && method.getReturnType().isInstance(proxy) ? proxy : result;
            } finally {
                Reference.reachabilityFence(owner);
            }
        }
    }

    private static final class Handle extends Forwarding {

        private final Proxied behind;
        private final EndMethods ends;
        private final boolean open;

        /** Set once, just after the proxy was made. */
        volatile LeakTracker tracker = NoTracker.INSTANCE;

        Handle(Object delegate, Proxied behind, EndMethods ends, boolean open) {
            super(delegate);
            this.behind = behind;
            this.ends = ends;
            this.open = open;
        }

        @Override
        @Nullable
        Object forward(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
            Class<?> declaring = method.getDeclaringClass();
            if (declaring == GuardedResource.class) {
                return tracker;
            }
            if (declaring != Object.class) {
                switch (ends.of(method)) {
                    case ENDS -> tracker.close();
                    case PERHAPS -> behind.unsure();
                    case NONE -> {}
                }
            }
            if (!open) {
                method.setAccessible(true); // checked when the proxy was made
            }
            Object result = method.invoke(delegate, args);
            if (result != delegate) {
                return result;
            }
            if (method.getReturnType().isInstance(proxy) && Results.isFluent(method)) {
                return proxy;
            }
            behind.unsure(); // the program has the resource itself, and may close it without the handle
            return result;
        }
    }
}
