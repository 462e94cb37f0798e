package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.LeakListener.Registration;
import io.leakguard.internal.track.CurrentSpan;
import io.leakguard.telemetry.LeakGuardTelemetry;
import io.leakguard.watch.ResourceWatch;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The application's OpenTelemetry, or that of OpenTelemetry's agent: reports name the span in which something was opened, and
 * leaks are sent there as spans and metrics. The agent never makes it, which is the business of whoever configures it.
 */
final class Tracing extends Outlet {

    /** What the application loads of it first, at the latest. */
    static final String CONTEXT = "io/opentelemetry/context/Context";

    private static final String OF_ITS_AGENT =
            "io.opentelemetry.javaagent.shaded.io.opentelemetry.api.GlobalOpenTelemetry";

    private static volatile @Nullable WeakReference<ClassLoader> seen;

    private boolean isJoined;

    Tracing() {
        super("OpenTelemetry");
    }

    /** A class loader loads OpenTelemetry's API: called on the application's threads, so it does next to nothing. */
    static void loading(ClassLoader loader) {
        if (seen == null) {
            seen = new WeakReference<>(loader);
        }
    }

    @Override
    @Nullable
    Registration register(LeakGuard guard, @Nullable ResourceWatch watch) {
        if (!isJoined) {
            ClassLoader from = find();
            if (from == null || isAnAgentStarting()) {
                return null;
            }
            use(from);
            CurrentSpan.lookAgain();
            isJoined = true;
        }
        return Api.registerIfSet(guard, watch);
    }

    /** An agent that comes after this one is joined once it is ready. */
    private static boolean isAnAgentStarting() {
        for (StackTraceElement[] stack : Thread.getAllStackTraces().values()) {
            for (StackTraceElement frame : stack) {
                if (JvmOwn.isStartOfAnAgent(frame)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The class of the agent's loader is not visible here. */
    @SuppressWarnings("unchecked")
    private static void use(ClassLoader from) {
        if (Tracing.class.getClassLoader() instanceof Consumer<?> own) {
            ((Consumer<ClassLoader>) own).accept(from);
        }
    }

    /** The loader of the API that is to be used; null if there is none yet. */
    private static @Nullable ClassLoader find() {
        WeakReference<ClassLoader> known = seen;
        ClassLoader applications = known == null ? null : known.get();
        if (applications != null && stays(applications)) {
            return applications;
        }
        try {
            Class.forName(OF_ITS_AGENT, false, null);
            return Tracing.class.getClassLoader(); // whose API is joined to that of the agent, as any other is
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    /** An application that can be undeployed must not be held. */
    private static boolean stays(ClassLoader loader) {
        return loader == ClassLoader.getSystemClassLoader()
                || loader.getClass().getName().startsWith("org.springframework.boot.loader.");
    }

    /** Linked only once there is an API. */
    private static final class Api {
        private Api() {}

        static @Nullable Registration registerIfSet(LeakGuard guard, @Nullable ResourceWatch watch) {
            if (!isSet()) {
                return null; // asking for it would set it
            }
            LeakGuardTelemetry telemetry = LeakGuardTelemetry.create(GlobalOpenTelemetry.get());
            Registration leaks = telemetry.install(guard);
            Registration measured = watch == null ? () -> {} : telemetry.install(watch);
            return () -> {
                measured.close();
                leaks.close();
            };
        }

        private static boolean isSet() {
            try {
                return GlobalOpenTelemetry.isSet();
            } catch (NoSuchMethodError e) {
                return isSetInOlder();
            }
        }

        private static boolean isSetInOlder() {
            try {
                Field global = GlobalOpenTelemetry.class.getDeclaredField("globalOpenTelemetry");
                global.setAccessible(true);
                return global.get(null) != null;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this OpenTelemetry does not tell whether it is set", e);
            }
        }
    }
}
