package io.leakguard.generator;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.TypeName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.Modifier;

/** The delegates of guard-jdbc: one for each JDBC interface that a driver returns. */
final class JdbcDelegates implements Delegates {

    private static final String PACKAGE = "io.leakguard.jdbc";
    private static final ClassName LOBS = ClassName.get(PACKAGE, "Lobs");
    private static final ClassName RESULT_SET = ClassName.get("java.sql", "ResultSet");

    /** Arguments of these types may be our wrappers, which a driver doesn't know. */
    private static final Set<String> WRAPPED_ARGUMENTS = Set.of(
            "java.sql.Blob",
            "java.sql.Clob",
            "java.sql.NClob",
            "java.sql.SQLXML",
            "java.sql.Array",
            "java.lang.Object",
            "java.lang.Object[]");

    private static final ParameterSpec CONNECTION = parameter(PACKAGE, "GuardedConnection", "connection");
    private static final ParameterSpec KIND = parameter("io.leakguard", "ResourceKind", "kind");

    private static final List<ParameterSpec> STATEMENT = List.of(
            CONNECTION,
            parameter("java.lang", "String", "sql"),
            KIND,
            ParameterSpec.builder(TypeName.INT, "holdability").build());
    private static final List<ParameterSpec> LOB = List.of(CONNECTION, KIND);
    private static final List<ParameterSpec> POOLED = List.of(parameter(PACKAGE, "JdbcSource", "source"), KIND);

    private static ParameterSpec parameter(String packageName, String type, String name) {
        return ParameterSpec.builder(ClassName.get(packageName, type), name).build();
    }

    @Override
    public String packageName() {
        return PACKAGE;
    }

    @Override
    public List<Forwarding> all() {
        return List.of(
                Forwarding.of("javax.sql.DataSource"),
                Forwarding.of("javax.sql.XADataSource"),
                Forwarding.of("javax.sql.ConnectionPoolDataSource"),
                Forwarding.of("javax.sql.PooledConnection"),
                Forwarding.of("javax.sql.XAConnection").over("GuardedPooledConnection", "xa", POOLED),
                Forwarding.of("java.sql.Connection"),
                Forwarding.of("java.sql.DatabaseMetaData")
                        .hook(MethodSpec.methodBuilder("result")
                                .addModifiers(Modifier.ABSTRACT)
                                .addParameter(RESULT_SET, "result")
                                .addParameter(String.class, "method")
                                .returns(RESULT_SET)
                                .build())
                        .results("java.sql.ResultSet", (call, method) -> CodeBlock.of("result($L, $L)", call, method)),
                Forwarding.of("java.sql.Statement"),
                Forwarding.of("java.sql.PreparedStatement").over("GuardedStatement", "prepared", STATEMENT),
                Forwarding.of("java.sql.CallableStatement").over("GuardedPreparedStatement", "callable", STATEMENT),
                Forwarding.of("java.sql.ResultSet"),
                Forwarding.of("java.sql.Blob"),
                Forwarding.of("java.sql.Clob"),
                Forwarding.of("java.sql.NClob").over("GuardedClob", "nclob", LOB),
                Forwarding.of("java.sql.SQLXML"),
                Forwarding.of("java.sql.Array"));
    }

    @Override
    public CodeBlock argument(String type, String name) {
        return WRAPPED_ARGUMENTS.contains(type) ? CodeBlock.of("$T.raw($N)", LOBS, name) : CodeBlock.of("$N", name);
    }

    @Override
    public Optional<CodeBlock> body(String method, String field, List<String> parameters) {
        return switch (method) {
            case "unwrap" ->
                Optional.of(CodeBlock.of(
                        "return $1N != null && $1N.isInstance(this) ? $1N.cast(this) : $2N.unwrap($1N)",
                        parameters.get(0),
                        field));
            case "isWrapperFor" ->
                Optional.of(CodeBlock.of(
                        "return ($1N != null && $1N.isInstance(this)) || $2N.isWrapperFor($1N)",
                        parameters.get(0),
                        field));
            default -> Optional.empty();
        };
    }

    @Override
    public String parameterName(Forwarding forwarding, String method, List<String> types, int index) {
        String type = types.get(index);
        return index == 0
                ? first(forwarding.simpleName(), method, type)
                : later(forwarding.simpleName(), method, index, type);
    }

    private static String first(String owner, String method, String type) {
        boolean text = type.equals("java.lang.String");
        boolean number = type.equals("int");
        String name = switch (owner) {
            case "ResultSet" -> method.matches("(get|update|findColumn).*") ? "column" : "";
            case "PreparedStatement", "CallableStatement" -> method.matches("(get|set|register).*") ? "parameter" : "";
            case "DatabaseMetaData" -> text && method.startsWith("get") ? "catalog" : "";
            default -> text && method.startsWith("getConnection") ? "user" : "";
        };
        if (name.equals("column")) {
            return text ? "columnLabel" : number ? "columnIndex" : "";
        }
        if (name.equals("parameter")) {
            return text ? "parameterName" : number ? "parameterIndex" : "";
        }
        return text && method.matches("(execute|prepare).*|addBatch|nativeSQL") ? "sql" : name;
    }

    private static String later(String owner, String method, int index, String type) {
        boolean text = type.equals("java.lang.String");
        boolean number = type.equals("int") || type.equals("long");
        return switch (owner) {
            case "DatabaseMetaData" ->
                text ? index == 1 ? "schemaPattern" : index == 2 ? "namePattern" : "pattern" : "";
            case "Connection" -> number && method.matches("prepare.*|createStatement") ? "option" : "";
            default -> number && index == 2 ? "length" : "";
        };
    }
}
