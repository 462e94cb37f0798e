package io.leakguard.jdbc.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The PostgreSQL driver's own tests, without the guard and with it: see {@code docs/jdbc.md}. */
class PgjdbcSuite {

    private static final String FIELDS_OF_STATEMENT =
            "it is in the driver's package and takes the list of statements out of a field of the driver's statement";

    /** What differs, and why. */
    private static final Map<String, String> EXPECTED = Map.of(
            "ResultSetColumnMappingCache",
            "it reads a private field of the driver's result set",
            "CachedTimezoneInstance",
            "it reads a private field of the driver's object",
            "DeepBatchedInsertStatementTest]/[method:testBatchBeyondLegacyCap",
            FIELDS_OF_STATEMENT,
            "DeepBatchedInsertStatementTest]/[method:testDeepInternalsBatchedQueryDecorator",
            FIELDS_OF_STATEMENT,
            "DeepBatchedInsertStatementTest]/[method:testReWriteBatchedInsertsSizeCap",
            FIELDS_OF_STATEMENT,
            "DriverTest]/[method:registration",
            "it tests that the driver is registered, whose place the guard takes");

    @Test
    void pgjdbc_s_own_tests_end_as_without_the_guard() throws Exception {
        String tests = DriverSuite.classPath("pgjdbc.tests", "<folders of pgjdbc's compiled tests, as a class path>");
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(1))
                .setServerConfig("max_prepared_transactions", "64")
                .setServerConfig("max_connections", "200")
                .setServerConfig("wal_level", "logical")
                .start()) {
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE ROLE test LOGIN PASSWORD 'test'");
                statement.execute("CREATE DATABASE test OWNER test");
            }
            DriverSuite.Comparison comparison = new DriverSuite(
                            "org.postgresql.Driver", tests, Path.of("target", "pgjdbc-suite"))
                    .open("org.postgresql.jdbc.PgStatement")
                    .with(
                            "suite.views",
                            "java.sql.Connection=org.postgresql.core.BaseConnection,"
                                    + "java.sql.CallableStatement=org.postgresql.core.BaseStatement,"
                                    + "java.sql.PreparedStatement=org.postgresql.core.BaseStatement,"
                                    + "java.sql.Statement=org.postgresql.core.BaseStatement,"
                                    + "java.sql.ResultSet=org.postgresql.PGRefCursorResultSet")
                    .with("test.url.PGHOST", "localhost")
                    .with("test.url.PGPORT", String.valueOf(server.getPort()))
                    .with("test.url.PGDBNAME", "test")
                    .with("user", "test")
                    .with("password", "test")
                    .with("privilegedUser", "postgres")
                    .with("privilegedPassword", "")
                    .compare(System.getProperty("suite.classes", "org\\.postgresql\\..*Test"));
            System.out.println("pgjdbc: " + comparison);
            assertThat(comparison.differences())
                    .filteredOn(difference -> EXPECTED.keySet().stream().noneMatch(difference.test()::contains))
                    .isEmpty();
        }
    }
}
