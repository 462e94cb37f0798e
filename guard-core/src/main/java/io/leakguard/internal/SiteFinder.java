package io.leakguard.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes the guard's own frames off a stack and finds the application frame to blame. */
final class SiteFinder {

    /** Exact packages of ours: a user's own {@code io.leakguard.something} is not skipped. */
    private static final Set<String> OWN = Set.of(
            "io.leakguard",
            "io.leakguard.internal",
            "io.leakguard.internal.wrap",
            "io.leakguard.telemetry",
            "io.leakguard.watch",
            "io.leakguard.report",
            "io.leakguard.jdbc",
            "io.leakguard.netty",
            "io.leakguard.junit");

    /** Who is not to blame when the application's packages are not configured: the JDK and libraries that open for others. */
    private static final String[] LIBRARIES = {
        "java.",
        "javax.",
        "jdk.",
        "sun.",
        "com.sun.",
        "jakarta.",
        "kotlin.",
        "kotlinx.",
        "scala.",
        "groovy.",
        "clojure.",
        "org.slf4j.",
        "ch.qos.logback.",
        "org.apache.",
        "io.netty.",
        "io.opentelemetry.",
        "io.micrometer.",
        "com.zaxxer.hikari.",
        "io.agroal.",
        "com.mchange.",
        "com.alibaba.druid.",
        "org.h2.",
        "org.hsqldb.",
        "org.sqlite.",
        "org.postgresql.",
        "org.mariadb.",
        "com.mysql.",
        "com.microsoft.sqlserver.",
        "oracle.",
        "org.springframework.",
        "org.hibernate.",
        "org.jooq.",
        "org.eclipse.jetty.",
        "org.glassfish.",
        "io.undertow.",
        "io.vertx.",
        "io.quarkus.",
        "io.micronaut.",
        "io.helidon.",
        "io.grpc.",
        "reactor.",
        "io.reactivex.",
        "rx.",
        "okhttp3.",
        "okio.",
        "retrofit2.",
        "com.google.common.",
        "com.google.inject.",
        "com.fasterxml.",
        "tools.jackson.",
        "org.junit.",
        "org.mockito.",
        "org.assertj.",
        "org.awaitility.",
        "org.testng.",
        "net.bytebuddy.",
        "javassist.",
        "com.github.benmanes.caffeine."
    };

    private final List<String> appPackages;

    SiteFinder(List<String> appPackages) {
        this.appPackages = appPackages.stream().map(p -> p + ".").toList();
    }

    StackInfo explain(StackTraceElement[] raw, String handleClass) {
        int start = 0;
        while (start < raw.length && isOwn(raw[start])) {
            start++;
        }
        List<StackTraceElement> frames = new ArrayList<>(raw.length - start);
        StackTraceElement site = null;
        StackTraceElement unlikely = null;
        int blameFrom = afterHandle(raw, start, handleClass);
        for (int i = start; i < raw.length; i++) {
            StackTraceElement frame = raw[i];
            frames.add(frame);
            if (i < blameFrom || isOwn(frame)) {
                continue;
            }
            if (site == null && isApplication(frame)) {
                site = frame;
            }
            if (unlikely == null && !isJdk(frame)) {
                unlikely = frame;
            }
        }
        if (site == null) {
            site = unlikely != null ? unlikely : frames.isEmpty() ? null : frames.get(0);
        }
        return new StackInfo(List.copyOf(frames), site);
    }

    /** Where the frames end in which a handle makes and tracks itself: its class and its superclasses' constructors. */
    private static int afterHandle(StackTraceElement[] raw, int start, String handleClass) {
        boolean seen = false;
        int i = start;
        while (i < raw.length) {
            boolean ofHandle = raw[i].getClassName().equals(handleClass);
            if (!ofHandle && !raw[i].getMethodName().equals("<init>")) {
                break;
            }
            seen |= ofHandle;
            i++;
        }
        return seen && i < raw.length ? i : start;
    }

    static boolean isOwn(StackTraceElement frame) {
        return OWN.contains(packageOf(frame.getClassName()));
    }

    /** Whether a frame is one that could be blamed: of the application, and not of the guard. */
    boolean isBlamable(StackTraceElement frame) {
        return !isOwn(frame) && isApplication(frame);
    }

    private boolean isApplication(StackTraceElement frame) {
        String name = frame.getClassName();
        if (name.startsWith("$Proxy", name.lastIndexOf('.') + 1)) {
            return false; // a java.lang.reflect.Proxy lies in its interface's package; nobody can open that line
        }
        if (!appPackages.isEmpty()) {
            for (String prefix : appPackages) {
                if (name.startsWith(prefix)) {
                    return true;
                }
            }
            return false;
        }
        return !isLibrary(frame);
    }

    /** Tells whether a frame belongs to the JDK or to a library that opens for others. */
    static boolean isLibrary(StackTraceElement frame) {
        for (String prefix : LIBRARIES) {
            if (frame.getClassName().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isJdk(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("java.")
                || name.startsWith("javax.")
                || name.startsWith("jdk.")
                || name.startsWith("sun.");
    }

    private static String packageOf(String className) {
        int dot = className.lastIndexOf('.');
        return dot < 0 ? "" : className.substring(0, dot);
    }

    static String qualified(@Nullable StackTraceElement frame) {
        return frame == null ? "" : frame.getClassName() + "." + frame.getMethodName();
    }
}
