package io.leakguard.jdbc.suite.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stands for a driver's own tests. One of them can't pass with a guard. */
class SampleSuite {

    private static Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:h2:mem:sample");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void passes(int parameter) throws SQLException {
        try (Connection connection = open()) {
            assertThat(connection.isValid(parameter)).isTrue();
        }
    }

    @Test
    void fails_with_and_without() throws SQLException {
        try (Connection connection = open()) {
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void casts_to_the_drivers_class() throws SQLException {
        try (Connection connection = open()) {
            assertThat(connection).isInstanceOf(org.h2.jdbc.JdbcConnection.class);
        }
    }

    @Test
    void unwraps_the_object_that_it_has() throws SQLException {
        try (Connection connection = open()) {
            assertThat(connection.unwrap(org.h2.jdbc.JdbcConnection.class)).isSameAs(connection);
        }
    }

    @Test
    void gives_up() {
        abort("on purpose");
    }

    @Test
    @Disabled("on purpose")
    void is_left_out() {}
}
