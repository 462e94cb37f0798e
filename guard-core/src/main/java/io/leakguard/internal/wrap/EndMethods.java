package io.leakguard.internal.wrap;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** The methods of an interface that end the resource, by their names. */
final class EndMethods {

    enum Effect {
        NONE,
        /** Perhaps an end: after it a collected handle is no proof. */
        PERHAPS,
        ENDS
    }

    /** They end the resource with any argument for the way of ending: a timeout, a reason, a callback. */
    private static final Set<String> ENDS = Set.of(
            "close",
            "closeAsync",
            "closeNow",
            "closeQuietly",
            "closeGracefully",
            "closeForcibly",
            "abort",
            "shutdown",
            "shutdownNow",
            "shutdownAsync",
            "shutdownGracefully",
            "dispose",
            "disposeAsync",
            "destroy",
            "destroyForcibly",
            "terminate",
            "terminateAsync");

    /**
     * For some resources they are an end. For others they end a part, return one of several references, or can be
     * undone. (Not among these: {@code closeFuture} and {@code closeHandler} report an end, {@code closeOnCompletion}
     * is a setting.)
     */
    private static final Set<String> PERHAPS = Set.of(
            "release",
            "stop",
            "stopAsync",
            "disconnect",
            "disconnectAsync",
            "free",
            "cancel",
            "quit",
            "end",
            "finish",
            "detach",
            "recycle",
            "returnToPool",
            "giveBack",
            "unsubscribe",
            "logout");

    private static final Set<String> WORDS_OF_A_WAY =
            Set.of("Option", "Options", "Reason", "Status", "Code", "Mode", "Timeout", "Config", "Settings", "Context");

    private final Set<String> own;

    private EndMethods(Set<String> own) {
        this.own = own;
    }

    /** The names for all interfaces, and those of one interface. */
    static EndMethods with(Class<?> type, String... names) {
        if (names.length == 0) {
            return new EndMethods(Set.of());
        }
        Set<String> known =
                Arrays.stream(type.getMethods()).map(Method::getName).collect(Collectors.toSet());
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(type.getName() + " has no method named '" + name
                        + "' that could end the resource: give the name of one of its methods, without parentheses");
            }
        }
        return new EndMethods(Set.of(names));
    }

    Effect of(Method method) {
        String name = method.getName();
        if (own.contains(name)) {
            return Effect.ENDS;
        }
        if (ENDS.contains(name)) {
            return takesOnlyAWay(method) ? Effect.ENDS : Effect.PERHAPS;
        }
        return PERHAPS.contains(name) ? Effect.PERHAPS : Effect.NONE;
    }

    /** Tells whether all arguments describe the way of ending. Another object might be the one that is ended. */
    private static boolean takesOnlyAWay(Method method) {
        for (Class<?> type : method.getParameterTypes()) {
            if (!isAWay(type)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAWay(Class<?> type) {
        if (type.isPrimitive()
                || type.isEnum()
                || CharSequence.class.isAssignableFrom(type)
                || Number.class.isAssignableFrom(type)
                || type == Boolean.class
                || type == Duration.class
                || Throwable.class.isAssignableFrom(type)
                || Executor.class.isAssignableFrom(type)) {
            return true;
        }
        String name = type.getSimpleName();
        return WORDS_OF_A_WAY.stream().anyMatch(name::endsWith) || isCallback(type);
    }

    /** An interface with one method to implement, and no method that could be a close. */
    private static boolean isCallback(Class<?> type) {
        return type.isInterface()
                && !AutoCloseable.class.isAssignableFrom(type)
                && (type.getSimpleName().endsWith("Handler")
                        || type.getSimpleName().endsWith("Listener")
                        || type.getSimpleName().endsWith("Callback")
                        || type == Runnable.class
                        || type == java.util.function.Consumer.class
                        || type == java.util.function.BiConsumer.class);
    }
}
