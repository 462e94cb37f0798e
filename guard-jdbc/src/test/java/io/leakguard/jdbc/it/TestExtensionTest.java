package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.junit.ExpectLeaks;
import io.leakguard.junit.LeakGuarded;
import io.leakguard.junit.TestScope;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** JDBC takes part in test runs: a test that expects a leak here fails unless the extension finds it. */
@LeakGuarded(grace = "500ms")
class TestExtensionTest {

    private static final String URL = "jdbc:leakguard:h2:mem:test-extension";

    /** What leaks stays reachable, so that only the test's scope can find it. */
    private static final List<Connection> HELD = new ArrayList<>();

    @AfterAll
    static void close() throws SQLException {
        for (Connection connection : HELD) {
            connection.close();
        }
    }

    private static DataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:test-extension");
        return database;
    }

    @Test
    @ExpectLeaks(kind = "jdbc.connection", site = "*.TestExtensionTest.by_its_url*", count = 1)
    void by_its_url_a_connection_is_tracked() throws SQLException {
        Connection connection = DriverManager.getConnection(URL);
        HELD.add(connection);
        assertThat(connection.prepareStatement("select 1").executeQuery().next())
                .isTrue();
    }

    @Test
    @ExpectLeaks(kind = "jdbc.connection", site = "*.TestExtensionTest.a_data_source*", count = 1)
    void a_data_source_is_guarded_when_the_test_asks_for_it(TestScope scope) throws SQLException {
        HELD.add(scope.guarded(database()).getConnection());
        HELD.add(database().getConnection()); // not guarded, so it isn't seen
    }

    @Test
    void what_is_closed_is_no_leak(TestScope scope) throws SQLException {
        try (Connection byUrl = DriverManager.getConnection(URL);
                Connection guarded = scope.guarded(database()).getConnection()) {
            assertThat(scope.scope().openCount()).isEqualTo(2);
            assertThat(byUrl.isValid(1) && guarded.isValid(1)).isTrue();
        }
        assertThat(scope.scope().openCount()).isZero();
    }
}
