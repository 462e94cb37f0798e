package io.leakguard.jdbc.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** HSQLDB's own tests of its JDBC classes, without the guard and with it: see {@code docs/jdbc.md}. */
class HsqldbSuite {

    @Test
    void hsqldb_s_own_jdbc_tests_end_as_without_the_guard() throws Exception {
        DriverSuite.Comparison comparison = new DriverSuite(
                        "org.hsqldb.jdbc.JDBCDriver",
                        DriverSuite.classPath("hsqldb.tests", "<folder of HSQLDB's compiled tests>"),
                        Path.of("target", "hsqldb-suite"))
                .with(
                        "suite.views",
                        "java.sql.Connection=org.hsqldb.jdbc.JDBCConnection,"
                                + "java.sql.PreparedStatement=org.hsqldb.jdbc.JDBCPreparedStatement,"
                                + "java.sql.Statement=org.hsqldb.jdbc.JDBCStatement,"
                                + "java.sql.ResultSet=org.hsqldb.jdbc.JDBCResultSet")
                .compare(System.getProperty("suite.classes", "org\\.hsqldb\\.jdbc\\..*Test"));
        System.out.println("HSQLDB: " + comparison);
        assertThat(comparison.differences()).isEmpty();
    }
}
