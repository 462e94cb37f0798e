package io.leakguard.heap;

import java.util.List;

/** Tells the classes of the JDK and of well-known libraries from an application's. */
final class Libraries {

    private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

    private static final List<String> OTHERS = List.of(
            "jakarta.",
            "kotlin.",
            "kotlinx.",
            "scala.",
            "groovy.",
            "org.springframework.",
            "org.apache.",
            "org.eclipse.",
            "org.hibernate.",
            "org.jboss.",
            "org.junit.",
            "io.netty.",
            "io.vertx.",
            "io.undertow.",
            "io.grpc.",
            "io.micrometer.",
            "io.opentelemetry.",
            "reactor.",
            "okhttp3.",
            "okio.",
            "com.zaxxer.hikari.",
            "com.mchange.",
            "io.agroal.",
            "com.google.common.",
            "com.github.benmanes.caffeine.",
            "org.slf4j.",
            "ch.qos.logback.");

    private Libraries() {}

    static boolean isJdk(String name) {
        return JDK.stream().anyMatch(name::startsWith);
    }

    static boolean isLibrary(String name) {
        return isJdk(name) || OTHERS.stream().anyMatch(name::startsWith);
    }
}
