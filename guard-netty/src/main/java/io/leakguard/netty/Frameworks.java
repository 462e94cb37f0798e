package io.leakguard.netty;

/**
 * Recognizes the classes of Netty, of frameworks on it and of the JDK, which use buffers on behalf of the application.
 */
final class Frameworks {

    private static final String[] PACKAGES = {
        "io.netty.",
        "java.",
        "jdk.",
        "sun.",
        "reactor.",
        "io.grpc.",
        "io.vertx.",
        "io.quarkus.",
        "io.micronaut.",
        "io.helidon.",
        "io.r2dbc.",
        "io.lettuce.",
        "io.rsocket.",
        "io.opentelemetry.",
        "io.micrometer.",
        "org.asynchttpclient.",
        "org.springframework.",
        "org.redisson.",
        "org.eclipse.jetty.",
        "com.linecorp.armeria.",
        "com.datastax.",
        "com.couchbase.client.",
        "software.amazon.awssdk.",
        "com.azure.",
        "org.apache.pulsar.",
        "org.apache.pekko.",
        "akka.",
        "play.",
        "kotlin.",
        "kotlinx.",
        "scala."
    };

    private static final String OURS = Frameworks.class.getPackageName();

    private Frameworks() {}

    static boolean has(String className) {
        if (className.startsWith(OURS) && className.lastIndexOf('.') == OURS.length()) {
            return true;
        }
        for (String name : PACKAGES) {
            if (className.startsWith(name)) {
                return true;
            }
        }
        return false;
    }
}
