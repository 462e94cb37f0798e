package io.leakguard.jdbc;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.jspecify.annotations.Nullable;

/**
 * Calls methods that JDBC got after the release that this is compiled for: those of {@link Connection} in JDBC 4.5. The
 * handles are constants, so that a call through them is compiled like any other.
 */
final class LaterJdbc {

    static final @Nullable MethodHandle ENQUOTE_LITERAL;
    static final @Nullable MethodHandle ENQUOTE_NCHAR_LITERAL;
    private static final @Nullable MethodHandle ENQUOTE_IDENTIFIER;
    private static final @Nullable MethodHandle IS_SIMPLE_IDENTIFIER;

    static {
        MethodHandle literal = null;
        MethodHandle ncharLiteral = null;
        MethodHandle identifier = null;
        MethodHandle simple = null;
        try {
            // Written out: a native image finds methods whose names are constants without metadata.
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            literal = lookup.findVirtual(
                    Connection.class, "enquoteLiteral", MethodType.methodType(String.class, String.class));
            ncharLiteral = lookup.findVirtual(
                    Connection.class, "enquoteNCharLiteral", MethodType.methodType(String.class, String.class));
            identifier = lookup.findVirtual(
                    Connection.class,
                    "enquoteIdentifier",
                    MethodType.methodType(String.class, String.class, boolean.class));
            simple = lookup.findVirtual(
                    Connection.class, "isSimpleIdentifier", MethodType.methodType(boolean.class, String.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            // A JDK before 26 has none of them.
        }
        ENQUOTE_LITERAL = literal;
        ENQUOTE_NCHAR_LITERAL = ncharLiteral;
        ENQUOTE_IDENTIFIER = identifier;
        IS_SIMPLE_IDENTIFIER = simple;
    }

    private LaterJdbc() {}

    static String text(@Nullable MethodHandle method, Connection delegate, String text) throws SQLException {
        try {
            return (String) there(method).invokeExact(delegate, text);
        } catch (Throwable t) {
            throw rethrown(t);
        }
    }

    static String enquoteIdentifier(Connection delegate, String identifier, boolean always) throws SQLException {
        try {
            return (String) there(ENQUOTE_IDENTIFIER).invokeExact(delegate, identifier, always);
        } catch (Throwable t) {
            throw rethrown(t);
        }
    }

    static boolean isSimpleIdentifier(Connection delegate, String identifier) throws SQLException {
        try {
            return (boolean) there(IS_SIMPLE_IDENTIFIER).invokeExact(delegate, identifier);
        } catch (Throwable t) {
            throw rethrown(t);
        }
    }

    private static MethodHandle there(@Nullable MethodHandle method) throws SQLException {
        if (method == null) {
            throw new SQLFeatureNotSupportedException("this JDK's java.sql.Connection has no such method");
        }
        return method;
    }

    private static SQLException rethrown(Throwable t) {
        if (t instanceof RuntimeException e) {
            throw e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return t instanceof SQLException e ? e : new SQLException(t); // the methods declare nothing else
    }
}
