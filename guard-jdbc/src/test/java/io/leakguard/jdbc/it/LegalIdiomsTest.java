package io.leakguard.jdbc.it;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What programs rightly do, and other leak finders report: on each database, with each pool above or below the guard. */
@UsesDatabases
class LegalIdiomsTest {

    interface Idiom {
        void run(DataSource dataSource, String table) throws SQLException;
    }

    private static final String QUERY = "select name from item order by name";

    static Stream<Arguments> databasesAndPools() {
        return Database.available().flatMap(d -> Arrays.stream(Pool.values()).map(p -> Arguments.of(d, p)));
    }

    @ParameterizedTest
    @MethodSource("databasesAndPools")
    void nothing_is_reported_with_the_guard_above_the_pool(Database database, Pool pool) throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource pooled = pool.over(database.dataSource());
            DataSource guarded = recorder.guard(pooled);
            all(guarded, database.newTable());
            recorder.assertNothingLeaked();
            if (pool != Pool.NONE) {
                Pool.close(pooled);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("databasesAndPools")
    void nothing_is_reported_with_the_guard_below_the_pool(Database database, Pool pool) throws Exception {
        try (Recorder recorder = new Recorder()) {
            DataSource pooled = pool.over(recorder.guard(database.dataSource()));
            all(pooled, database.newTable());
            recorder.assertNothingLeaked();
            if (pool != Pool.NONE) {
                Pool.close(pooled);
            }
        }
    }

    /** Twice: with a pool, what one run leaves behind would show in the next. */
    static void all(DataSource dataSource, String table) throws SQLException {
        Idiom[] idioms = {
            LegalIdiomsTest::statementCloseWithAnOpenResultSet,
            LegalIdiomsTest::reExecution,
            LegalIdiomsTest::getMoreResults,
            LegalIdiomsTest::closeOnCompletion,
            LegalIdiomsTest::getResultSetTwice,
            LegalIdiomsTest::connectionCloseWithOpenChildren,
            LegalIdiomsTest::generatedKeysUnderAClosedStatement
        };
        for (int i = 0; i < 2; i++) {
            for (Idiom idiom : idioms) {
                idiom.run(dataSource, table);
            }
        }
        // Last: what Agroal leaves open of these makes SQLite's driver refuse what follows, guarded or not.
        metadataLeftToTheConnection(dataSource);
    }

    private static void statementCloseWithAnOpenResultSet(DataSource dataSource, String table) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            Statement s = c.createStatement();
            s.executeQuery(QUERY).next();
            s.close();
            PreparedStatement p = c.prepareStatement(QUERY);
            p.executeQuery().next();
            p.close();
        }
    }

    private static void reExecution(DataSource dataSource, String table) throws SQLException {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement();
                PreparedStatement p = c.prepareStatement(QUERY)) {
            for (int i = 0; i < 3; i++) {
                s.executeQuery(QUERY).next();
                p.executeQuery().next();
            }
            s.execute(QUERY);
            s.getResultSet().next();
            s.executeUpdate("update " + table + " set name = 'x'");
            p.executeQuery();
            p.execute();
            p.getResultSet().close();
        }
    }

    private static void getMoreResults(DataSource dataSource, String table) throws SQLException {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement()) {
            s.execute(QUERY);
            s.getResultSet().next();
            s.getMoreResults();
            s.executeQuery(QUERY).next();
            s.getMoreResults();
            s.getMoreResults();
        }
    }

    private static void closeOnCompletion(DataSource dataSource, String table) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            Statement s = c.createStatement();
            try {
                s.closeOnCompletion();
            } catch (SQLFeatureNotSupportedException e) {
                s.close(); // SQLite's driver of old has none
                return;
            }
            ResultSet r = s.executeQuery(QUERY);
            while (r.next()) {
                r.getString(1);
            }
            r.close();
        }
    }

    private static void getResultSetTwice(DataSource dataSource, String table) throws SQLException {
        try (Connection c = dataSource.getConnection();
                Statement s = c.createStatement()) {
            s.execute(QUERY);
            ResultSet first = s.getResultSet();
            first.next();
            ResultSet second = null;
            try {
                second = s.getResultSet();
            } catch (SQLException e) {
                first.close(); // SQLite's driver gives a result once
            }
            if (second != null) {
                second.close();
            } else {
                first.close();
            }
        }
    }

    private static void connectionCloseWithOpenChildren(DataSource dataSource, String table) throws SQLException {
        Connection c = dataSource.getConnection();
        Statement s = c.createStatement();
        s.executeQuery(QUERY).next();
        c.prepareStatement(QUERY).executeQuery().next();
        c.close();
    }

    /** Most pools leave these result sets open on the physical connection, which is nothing that the program did. */
    private static void metadataLeftToTheConnection(DataSource dataSource) throws SQLException {
        Connection c = dataSource.getConnection();
        c.getMetaData().getTables(null, null, "%", null).next();
        c.close();
    }

    private static void generatedKeysUnderAClosedStatement(DataSource dataSource, String table) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            Statement s = c.createStatement();
            s.executeUpdate("insert into " + table + " (name) values ('x')", Statement.RETURN_GENERATED_KEYS);
            ResultSet keys = s.getGeneratedKeys();
            if (keys != null) {
                keys.next();
            }
            s.close();
        }
    }
}
