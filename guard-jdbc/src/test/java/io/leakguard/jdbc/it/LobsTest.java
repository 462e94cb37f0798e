package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leakguard.adapter.GuardedResource;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Blob, Clob, NClob, SQLXML and Array: tracked only where that was asked for. */
@UsesDatabases
class LobsTest {

    enum Lob {
        BLOB("jdbc.blob", "blob") {
            @Override
            Object create(Connection c, Database database) throws SQLException {
                return c.createBlob();
            }

            @Override
            void free(Object lob) throws SQLException {
                ((Blob) lob).free();
            }
        },
        CLOB("jdbc.clob", "clob") {
            @Override
            Object create(Connection c, Database database) throws SQLException {
                return c.createClob();
            }

            @Override
            void free(Object lob) throws SQLException {
                ((Clob) lob).free();
            }
        },
        NCLOB("jdbc.nclob", "nclob") {
            @Override
            Object create(Connection c, Database database) throws SQLException {
                return c.createNClob();
            }

            @Override
            void free(Object lob) throws SQLException {
                ((NClob) lob).free();
            }
        },
        SQLXML("jdbc.sqlxml", "varchar") {
            @Override
            Object create(Connection c, Database database) throws SQLException {
                return c.createSQLXML();
            }

            @Override
            void free(Object lob) throws SQLException {
                ((SQLXML) lob).free();
            }
        },
        ARRAY("jdbc.array", "integer array") {
            @Override
            Object create(Connection c, Database database) throws SQLException {
                return c.createArrayOf(database == Database.POSTGRESQL ? "int4" : "INTEGER", new Object[] {1, 2});
            }

            @Override
            void free(Object lob) throws SQLException {
                ((Array) lob).free();
            }
        };

        final String kind;
        final String h2Type;

        Lob(String kind, String h2Type) {
            this.kind = kind;
            this.h2Type = h2Type;
        }

        abstract Object create(Connection c, Database database) throws SQLException;

        abstract void free(Object lob) throws SQLException;
    }

    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        recorder.close();
    }

    private DataSource asked(Database database) throws SQLException {
        return recorder.builder().lobs(true).wrap(database.dataSource());
    }

    static Stream<Arguments> databasesAndLobs() {
        return Database.available().flatMap(d -> Arrays.stream(Lob.values()).map(l -> Arguments.of(d, l)));
    }

    @ParameterizedTest
    @MethodSource("databasesAndLobs")
    void one_that_is_freed_is_not_reported_and_one_that_is_collected_is(Database database, Lob lob)
            throws SQLException {
        try (Connection raw = database.dataSource().getConnection();
                Connection c = asked(database).getConnection()) {
            Object driver;
            try {
                driver = lob.create(raw, database);
            } catch (SQLException | RuntimeException e) {
                assertThatThrownBy(() -> lob.create(c, database)).isInstanceOf(e.getClass());
                return;
            }
            if (driver == null) {
                assertThat(lob.create(c, database)).isNull(); // SQLite's driver
                return;
            }
            assertThat(driver).isNotInstanceOf(GuardedResource.class);
            lob.free(lob.create(c, database));
            leak(c, database, lob);
            assertThat(recorder.await(lob.kind).siteText()).startsWith("LobsTest$Lob$");
            assertThat(recorder.settled()).hasSize(1);
        }
    }

    private static void leak(Connection c, Database database, Lob lob) throws SQLException {
        assertThat(lob.create(c, database)).isInstanceOf(GuardedResource.class);
    }

    @ParameterizedTest
    @EnumSource(Lob.class)
    void without_being_asked_they_stay_the_driver_s_own(Lob lob) throws SQLException {
        try (Connection c = recorder.guard(Database.H2.dataSource()).getConnection()) {
            assertThat(lob.create(c, Database.H2)).isNotInstanceOf(GuardedResource.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Lob.class)
    void a_guarded_one_is_the_driver_s_own_again_as_a_parameter_and_guarded_as_a_column(Lob lob) throws SQLException {
        try (Connection c = asked(Database.H2).getConnection();
                PreparedStatement p = c.prepareStatement("select cast(? as " + lob.h2Type + ")")) {
            Object value = lob.create(c, Database.H2);
            if (value instanceof Blob blob) {
                blob.setBytes(1, new byte[] {1, 2});
                p.setBlob(1, blob);
            } else if (value instanceof NClob nclob) {
                nclob.setString(1, "text");
                p.setNClob(1, nclob);
            } else if (value instanceof Clob clob) {
                clob.setString(1, "text");
                p.setClob(1, clob);
            } else if (value instanceof SQLXML xml) {
                xml.setString("<a/>");
                p.setSQLXML(1, xml);
            } else {
                p.setArray(1, (Array) value);
            }
            try (ResultSet r = p.executeQuery()) {
                assertThat(r.next()).isTrue();
                Object column = switch (lob) {
                    case BLOB -> r.getBlob(1);
                    case CLOB -> r.getClob(1);
                    case NCLOB -> r.getNClob(1);
                    case SQLXML -> r.getSQLXML(1);
                    case ARRAY -> r.getArray(1);
                };
                assertThat(column).isInstanceOf(GuardedResource.class);
                lob.free(column);
                if (lob != Lob.SQLXML) {
                    Object object = r.getObject(1);
                    assertThat(object).isInstanceOf(GuardedResource.class);
                    lob.free(object);
                }
            }
            p.setObject(1, value);
            try (ResultSet r = p.executeQuery()) {
                assertThat(r.next()).isTrue();
            }
            lob.free(value);
        }
        recorder.assertNothingLeaked();
    }

    @Test
    void the_result_set_of_an_array_is_found_if_it_leaks_and_may_be_left_to_the_connection() throws SQLException {
        DataSource dataSource = asked(Database.H2);
        leaveItToTheConnection(dataSource);
        recorder.assertNothingLeaked();
        try (Connection c = dataSource.getConnection()) {
            Array array = c.createArrayOf("INTEGER", new Object[] {1, 2});
            leakResultSet(array);
            assertThat(recorder.await("jdbc.result_set").siteText()).startsWith("LobsTest.leakResultSet(");
            array.free();
        }
    }

    private static void leaveItToTheConnection(DataSource dataSource) throws SQLException {
        try (Connection c = dataSource.getConnection()) {
            leakResultSet(c.createArrayOf("INTEGER", new Object[] {1, 2}));
        }
    }

    private static void leakResultSet(Array array) throws SQLException {
        assertThat(array.getResultSet().next()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Lob.class)
    void the_end_of_the_transaction_or_of_the_connection_ends_them(Lob lob) throws SQLException {
        DataSource dataSource = asked(Database.H2);
        try (Connection c = dataSource.getConnection()) {
            c.setAutoCommit(false);
            leak(c, Database.H2, lob);
            c.commit();
            recorder.assertNothingLeaked();
            leak(c, Database.H2, lob);
        }
        recorder.assertNothingLeaked();
    }
}
