package io.leakguard.generator;

import java.util.List;

/**
 * A class to write: it forwards every method of an interface to an object of that interface.
 *
 * @param jdbcType the interface's full name
 * @param field the name of the field that holds the object
 * @param superclass the class that forwards the inherited methods, by its simple name; empty if there is none
 * @param extra further parameters of the superclass's constructor, as {@code Type name}
 * @param resultHook whether results of type {@code ResultSet} pass through {@code result(ResultSet, String)}
 */
record Forwarding(String jdbcType, String field, String superclass, List<String> extra, boolean resultHook) {

    private static final List<String> STATEMENT =
            List.of("GuardedConnection connection", "String sql", "ResourceKind kind", "int holdability");
    private static final List<String> LOB = List.of("GuardedConnection connection", "ResourceKind kind");
    private static final List<String> POOLED = List.of("JdbcSource source", "ResourceKind kind");

    static final List<Forwarding> ALL = List.of(
            root("javax.sql.DataSource"),
            root("javax.sql.XADataSource"),
            root("javax.sql.ConnectionPoolDataSource"),
            root("javax.sql.PooledConnection"),
            sub("javax.sql.XAConnection", "xa", "GuardedPooledConnection", POOLED),
            root("java.sql.Connection"),
            new Forwarding("java.sql.DatabaseMetaData", "delegate", "", List.of(), true),
            root("java.sql.Statement"),
            sub("java.sql.PreparedStatement", "prepared", "GuardedStatement", STATEMENT),
            sub("java.sql.CallableStatement", "callable", "GuardedPreparedStatement", STATEMENT),
            root("java.sql.ResultSet"),
            root("java.sql.Blob"),
            root("java.sql.Clob"),
            sub("java.sql.NClob", "nclob", "GuardedClob", LOB),
            root("java.sql.SQLXML"),
            root("java.sql.Array"));

    private static Forwarding root(String jdbcType) {
        return new Forwarding(jdbcType, "delegate", "", List.of(), false);
    }

    private static Forwarding sub(String jdbcType, String field, String superclass, List<String> extra) {
        return new Forwarding(jdbcType, field, superclass, extra, false);
    }

    String simpleName() {
        return jdbcType.substring(jdbcType.lastIndexOf('.') + 1);
    }

    String className() {
        return "Forwarding" + simpleName();
    }
}
