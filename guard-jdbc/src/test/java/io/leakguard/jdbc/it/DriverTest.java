package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.LeakGuard;
import io.leakguard.adapter.GuardedResource;
import io.leakguard.jdbc.LeakGuardDriver;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@UsesDatabases
class DriverTest {

    private final Recorder recorder = new Recorder();
    private LeakGuard before;

    @BeforeEach
    void useAsGlobal() {
        before = LeakGuard.setGlobal(recorder.guard);
    }

    @AfterEach
    void restore() {
        LeakGuard.setGlobal(before);
        recorder.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:leakguard:h2:mem:guard",
                "jdbc:leakguard:jdbc:h2:mem:guard",
                "jdbc:leakguard:jdbc:leakguard:h2:mem:guard",
                "JDBC:LeakGuard:h2:mem:guard"
            })
    void the_prefix_before_a_real_url_guards_its_connections(String url) throws SQLException {
        try (Connection c = DriverManager.getConnection(url, "sa", "");
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select 1")) {
            assertThat(r.next()).isTrue();
            assertThat(c).isInstanceOf(GuardedResource.class);
            assertThat(c.unwrap(org.h2.jdbc.JdbcConnection.class)).isNotInstanceOf(GuardedResource.class);
        }
        recorder.assertNothingLeaked();
    }

    @EachDatabase
    void it_works_for_each_driver(Database database) throws SQLException {
        database.dataSource();
        String url = LeakGuardDriver.PREFIX + database.url().substring("jdbc:".length());
        try (Connection c = DriverManager.getConnection(url, database.user(), "")) {
            assertThat(c).isInstanceOf(GuardedResource.class);
            assertThat(c.getMetaData().getURL()).isNotNull();
        }
    }

    @Test
    void a_leak_is_reported_with_the_url_redacted() throws SQLException {
        leak();
        assertThat(recorder.await("jdbc.connection").description())
                .startsWith("jdbc:h2:mem:")
                .doesNotContain("s3cret");
    }

    private static void leak() throws SQLException {
        DriverManager.getConnection("jdbc:leakguard:h2:mem:other;USER=sa;PASSWORD=s3cret");
    }

    @Test
    void it_is_found_as_a_service() {
        assertThat(ServiceLoader.load(Driver.class).stream().map(ServiceLoader.Provider::type))
                .contains(LeakGuardDriver.class);
    }

    @Test
    void it_leaves_other_urls_to_their_drivers() throws SQLException {
        assertThat(new LeakGuardDriver().connect("jdbc:h2:mem:guard", new java.util.Properties()))
                .isNull();
        assertThat(new LeakGuardDriver().acceptsURL("jdbc:h2:mem:guard")).isFalse();
    }

    @Test
    void a_url_that_no_driver_accepts_is_said_without_its_password() {
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:leakguard:nothing://joe:s3cret@host/db"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no driver accepts jdbc:nothing://joe:***@host/db")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void hikari_takes_the_url_as_it_is() throws SQLException {
        try (com.zaxxer.hikari.HikariDataSource pool = new com.zaxxer.hikari.HikariDataSource()) {
            pool.setJdbcUrl("jdbc:leakguard:h2:mem:guard");
            pool.setUsername("sa");
            pool.setMaximumPoolSize(1);
            try (Connection c = pool.getConnection()) {
                assertThat(c.unwrap(GuardedResource.class)).isNotNull();
            }
        }
        recorder.assertNothingLeaked();
    }
}
