package io.leakguard.internal.wrap;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Interfaces whose users check the class of the object, so that no proxy can replace it. */
final class ClassChecked {

    private static final String JDBC =
            "drivers cast these objects to their own classes: wrap the DataSource with guard-jdbc, or use hold(resource)";
    private static final String HOLD = ": use hold(resource)";

    private static final Map<String, String> WHY = Map.of(
            "java.nio.file.WatchService",
            "Path.register takes only the WatchService of its own file system" + HOLD,
            "java.nio.file.SecureDirectoryStream",
            "its own move takes only a stream of the same file system: use wrap(stream)",
            "io.netty.channel.EventLoopGroup",
            "Netty's channels register only with event loops of their own transport: see guard-netty, or use"
                    + " hold(resource)",
            "io.netty.channel.EventLoop",
            "Netty's channels register only with event loops of their own transport: see guard-netty, or use"
                    + " hold(resource)");

    private ClassChecked() {}

    /** Refuses a type that would fail later, far from here. */
    static void require(Class<?> type) {
        String why = why(type);
        if (why != null) {
            throw new IllegalArgumentException(type.getName() + " can't be wrapped, since " + why);
        }
    }

    private static @Nullable String why(Class<?> type) {
        String why = WHY.get(type.getName());
        if (why == null
                && (type.getName().startsWith("java.sql.") || type.getName().startsWith("javax.sql."))) {
            why = JDBC;
        }
        if (why != null) {
            return why;
        }
        for (Class<?> parent : type.getInterfaces()) {
            why = why(parent);
            if (why != null) {
                return why;
            }
        }
        return null;
    }
}
