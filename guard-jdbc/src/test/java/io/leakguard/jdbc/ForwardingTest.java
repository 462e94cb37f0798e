package io.leakguard.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLXML;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No method may be left to an interface's default, which would not reach the driver. */
class ForwardingTest {

    static Stream<Arguments> handles() {
        return Stream.of(
                Arguments.of(DataSource.class, GuardedDataSource.class),
                Arguments.of(XADataSource.class, GuardedXaDataSource.class),
                Arguments.of(ConnectionPoolDataSource.class, GuardedConnectionPoolDataSource.class),
                Arguments.of(PooledConnection.class, GuardedPooledConnection.class),
                Arguments.of(XAConnection.class, GuardedXaConnection.class),
                Arguments.of(Connection.class, GuardedConnection.class),
                Arguments.of(DatabaseMetaData.class, GuardedDatabaseMetaData.class),
                Arguments.of(Statement.class, GuardedStatement.class),
                Arguments.of(PreparedStatement.class, GuardedPreparedStatement.class),
                Arguments.of(CallableStatement.class, GuardedCallableStatement.class),
                Arguments.of(ResultSet.class, GuardedResultSet.class),
                Arguments.of(Blob.class, GuardedBlob.class),
                Arguments.of(Clob.class, GuardedClob.class),
                Arguments.of(NClob.class, GuardedNClob.class),
                Arguments.of(SQLXML.class, GuardedSqlXml.class),
                Arguments.of(Array.class, GuardedArray.class));
    }

    @ParameterizedTest
    @MethodSource("handles")
    void every_method_of_the_interface_on_this_jdk_is_implemented_by_a_class_of_ours(Class<?> type, Class<?> handle)
            throws NoSuchMethodException {
        List<String> missing = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                Class<?> by = handle.getMethod(method.getName(), method.getParameterTypes())
                        .getDeclaringClass();
                if (by.isInterface()) {
                    missing.add(method.toString());
                }
            }
        }
        assertThat(missing).as("methods of %s that are not overridden", type).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("handles")
    void every_method_that_a_subinterface_redeclares_reaches_the_subinterface(Class<?> type, Class<?> handle)
            throws NoSuchMethodException {
        List<String> inherited = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            if (!Modifier.isStatic(method.getModifiers()) && !method.isSynthetic()) {
                Class<?> by = handle.getMethod(method.getName(), method.getParameterTypes())
                        .getDeclaringClass();
                if (!type.isAssignableFrom(by)) {
                    inherited.add(method.toString());
                }
            }
        }
        assertThat(inherited).isEmpty();
    }

    /** Programs and their tests make proxies of {@code handle.getClass().getInterfaces()}: it must be among these. */
    @ParameterizedTest
    @MethodSource("handles")
    void the_class_of_a_handle_names_its_jdbc_interface_first_and_only_public_ones(Class<?> type, Class<?> handle) {
        assertThat(handle.getInterfaces()[0]).isEqualTo(type);
        assertThat(handle.getInterfaces()).allMatch(i -> Modifier.isPublic(i.getModifiers()));
    }

    @Test
    void the_metadata_handle_guards_each_result_set_it_gives() throws Exception {
        Path source = Path.of("target/generated-sources/delegates/io/leakguard/jdbc/ForwardingDatabaseMetaData.java");
        String text = Files.readString(source);
        long results = Stream.of(DatabaseMetaData.class.getMethods())
                .filter(m -> m.getReturnType() == ResultSet.class)
                .count();
        assertThat(text.split("return result\\(delegate\\.", -1)).hasSize((int) results + 1);
    }

    @Test
    void the_generated_sources_use_neither_reflection_nor_proxies() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("target/generated-sources/delegates/io/leakguard/jdbc"))) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file)).doesNotContain("java.lang.reflect", "java.lang.invoke");
            }
        }
    }
}
