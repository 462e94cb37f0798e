package io.leakguard.netty;

import io.leakguard.LeakGuard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of Netty that libraries have moved to packages of their own, such as gRPC's. Each has its own detectors,
 * and gets a copy of this module that is linked to it. This class uses none of Netty's classes.
 */
final class ShadedNetty {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    /** {@code -Dleakguard.netty.shaded=acme.shaded.io.netty,…} names others; {@code none} ignores all. */
    static final String PROPERTY = "leakguard.netty.shaded";

    /** The packages that replace {@code io.netty}. */
    private static final List<String> KNOWN = List.of(
            "io.grpc.netty.shaded.io.netty",
            "org.apache.hbase.thirdparty.io.netty",
            "org.apache.ratis.thirdparty.io.netty",
            "org.apache.flink.shaded.netty4.io.netty",
            "org.apache.pulsar.shade.io.netty",
            "com.couchbase.client.core.deps.io.netty",
            "com.datastax.oss.driver.shaded.netty");

    /** A copy of this class has the other name here. */
    private static final String LINKED_TO = "io.netty.";

    private static final String DETECTOR = ".util.ResourceLeakDetector";

    private ShadedNetty() {}

    /** Tells whether this class is linked to the plain Netty and is not a copy for a shaded one. */
    static boolean isPlain() {
        return LINKED_TO.equals(String.join(".", "io", "netty", ""));
    }

    /** Whether there is a Netty under its own name. */
    static boolean isPlainThere() {
        return isThere(String.join(".", "io", "netty"));
    }

    private static boolean isThere(String netty) {
        ClassLoader loader = ShadedNetty.class.getClassLoader();
        String file = (netty + DETECTOR).replace('.', '/') + ".class";
        return (loader == null ? ClassLoader.getSystemResource(file) : loader.getResource(file)) != null;
    }

    /** The shaded Nettys on the class path. */
    static List<String> find() {
        Set<String> names = new LinkedHashSet<>();
        String set = System.getProperty(PROPERTY, "");
        if ("none".equals(set.strip())) {
            return List.of();
        }
        for (String name : set.split(",", -1)) {
            if (!name.isBlank()) {
                names.add(name.strip());
                if (!isThere(name.strip())) {
                    LOG.warn(
                            "-D{} names {}, but there is no {}{} on the class path: write the package that replaces io.netty",
                            PROPERTY,
                            name.strip(),
                            name.strip(),
                            DETECTOR);
                }
            }
        }
        names.addAll(KNOWN);
        return names.stream().filter(ShadedNetty::isThere).toList();
    }

    /** Lets a guard track each of them. If one can't be tracked, the log says so, with the fix. */
    static List<Copy> install(LeakGuard guard, List<String> found) {
        List<Copy> copies = new ArrayList<>();
        for (String netty : found) {
            try {
                Copy copy = Copy.install(netty, guard);
                copies.add(copy);
                LOG.info("{} is a Netty of its own: {}", netty, copy.buffers().text());
            } catch (ReflectiveOperationException | IOException | LinkageError | RuntimeException e) {
                LOG.warn(
                        "{} is a Netty of its own, and its buffers are not seen: use the library's artifact with the plain"
                                + " Netty, such as grpc-netty in place of grpc-netty-shaded, or leave it alone with -D{}=none",
                        netty,
                        PROPERTY,
                        e);
            }
        }
        return copies;
    }

    /** This module, linked to another Netty and installed. */
    static final class Copy {
        private static final Map<String, Class<?>> COPIES = new HashMap<>();

        private final Class<?> type;
        private final AutoCloseable installed;

        private Copy(Class<?> type, AutoCloseable installed) {
            this.type = type;
            this.installed = installed;
        }

        static Copy install(String netty, LeakGuard guard) throws ReflectiveOperationException, IOException {
            Class<?> type = copyFor(netty);
            Object installed = accessible(type, "install", LeakGuard.class).invoke(null, guard);
            return new Copy(type, (AutoCloseable) installed);
        }

        /** One copy for each Netty: it must be the one whose detectors Netty has made. */
        private static Class<?> copyFor(String netty) throws ClassNotFoundException {
            synchronized (COPIES) {
                Class<?> known = COPIES.get(netty);
                if (known == null) {
                    known = new RelinkingLoader(ShadedNetty.class.getClassLoader(), netty)
                            .loadClass(ShadedNetty.class.getPackageName() + ".NettyInstallation");
                    COPIES.put(netty, known);
                }
                return known;
            }
        }

        private static java.lang.reflect.Method accessible(Class<?> type, String name, Class<?>... parameters)
                throws NoSuchMethodException {
            java.lang.reflect.Method method = type.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        }

        BufferTracking buffers() {
            try {
                return BufferTracking.valueOf(
                        String.valueOf(accessible(type, "buffersName").invoke(installed)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        void watchAll() {
            try {
                accessible(type, "watchAllThatCarryBuffers").invoke(installed);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        void close() {
            try {
                installed.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
