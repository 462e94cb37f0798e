package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.adapter.GuardedResource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.commons.dbcp2.datasources.SharedPoolDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The drivers' own XA and pooled connections, in real use. */
@UsesDatabases
class XaTest {

    private static final AtomicInteger TRANSACTIONS = new AtomicInteger();

    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        recorder.close();
    }

    static Stream<Database> databases() {
        return Database.available().filter(d -> d != Database.SQLITE); // its driver has no XA
    }

    /** Each is both. */
    private static Object driverDataSource(Database database) throws SQLException {
        database.dataSource();
        return switch (database) {
            case H2 -> {
                org.h2.jdbcx.JdbcDataSource h2 = new org.h2.jdbcx.JdbcDataSource();
                h2.setURL(database.url());
                h2.setUser(database.user());
                yield h2;
            }
            case HSQLDB -> {
                org.hsqldb.jdbc.pool.JDBCXADataSource hsqldb = new org.hsqldb.jdbc.pool.JDBCXADataSource();
                hsqldb.setUrl(database.url());
                hsqldb.setUser(database.user());
                yield hsqldb;
            }
            case DERBY -> {
                org.apache.derby.jdbc.EmbeddedXADataSource derby = new org.apache.derby.jdbc.EmbeddedXADataSource();
                derby.setDatabaseName("memory:guard");
                yield derby;
            }
            case POSTGRESQL -> {
                org.postgresql.xa.PGXADataSource postgres = new org.postgresql.xa.PGXADataSource();
                postgres.setUrl(database.url());
                postgres.setUser(database.user());
                yield postgres;
            }
            case MARIADB -> new org.mariadb.jdbc.MariaDbDataSource(database.url() + "?user=" + database.user());
            case MYSQL -> {
                com.mysql.cj.jdbc.MysqlXADataSource mysql = new com.mysql.cj.jdbc.MysqlXADataSource();
                mysql.setUrl(database.url());
                mysql.setUser(database.user());
                mysql.setPassword("");
                yield mysql;
            }
            default -> throw new IllegalArgumentException(database.toString());
        };
    }

    private record Id(int number) implements Xid {
        static Xid next() {
            return new Id(TRANSACTIONS.incrementAndGet());
        }

        @Override
        public int getFormatId() {
            return 1;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return new byte[] {(byte) number, (byte) (number >> 8), 7};
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void a_transaction_is_committed_and_what_is_left_to_the_connection_is_not_reported(Database database)
            throws Exception {
        String table = database.newTable();
        XADataSource guarded = recorder.builder().wrapXa((XADataSource) driverDataSource(database));
        inATransaction(guarded, table);
        try (Connection c = database.dataSource().getConnection();
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select count(*) from " + table)) {
            assertThat(r.next()).isTrue();
            assertThat(r.getInt(1)).isEqualTo(1);
        }
        recorder.assertNothingLeaked();
    }

    private static void inATransaction(XADataSource dataSource, String table) throws Exception {
        XAConnection xa = dataSource.getXAConnection();
        assertThat(xa).isInstanceOf(GuardedResource.class);
        XAResource resource = xa.getXAResource();
        Connection c = xa.getConnection();
        Xid id = Id.next();
        resource.start(id, XAResource.TMNOFLAGS);
        Statement s = c.createStatement();
        s.executeUpdate("insert into " + table + " (name) values ('x')");
        s.executeQuery("select name from " + table).next();
        resource.end(id, XAResource.TMSUCCESS);
        resource.commit(id, true);
        c.close();
        xa.close();
    }

    @ParameterizedTest
    @MethodSource("databases")
    void a_connection_that_leaks_under_a_live_xa_connection_is_found(Database database) throws Exception {
        XADataSource guarded = recorder.builder().wrapXa((XADataSource) driverDataSource(database));
        XAConnection xa = guarded.getXAConnection();
        leak(xa);
        assertThat(recorder.await("jdbc.connection").siteText()).startsWith("XaTest.leak(");
        xa.close();
        assertThat(recorder.settled()).hasSize(1);
    }

    private static void leak(PooledConnection pooled) throws SQLException {
        pooled.getConnection();
    }

    /**
     * Not MariaDB's driver: it tells a pool nothing when a connection of its {@code PooledConnection} is closed, so that
     * every pool over it runs dry, guarded or not. Not HSQLDB's, whose XA data source is no pooled one.
     */
    static Stream<Database> pooledDatabases() {
        return Arrays.stream(new Database[] {Database.H2, Database.DERBY, Database.POSTGRESQL, Database.MYSQL})
                .filter(d -> d.whyNot() == null);
    }

    @ParameterizedTest
    @MethodSource("pooledDatabases")
    void a_pool_of_guarded_pooled_connections_runs_the_legal_idioms_without_a_report(Database database)
            throws Exception {
        Object driver = driverDataSource(database);
        if (driver instanceof org.apache.derby.jdbc.EmbeddedXADataSource) {
            org.apache.derby.jdbc.EmbeddedConnectionPoolDataSource derby =
                    new org.apache.derby.jdbc.EmbeddedConnectionPoolDataSource();
            derby.setDatabaseName("memory:guard");
            driver = derby;
        } else if (driver instanceof org.postgresql.xa.PGXADataSource) {
            org.postgresql.ds.PGConnectionPoolDataSource postgres = new org.postgresql.ds.PGConnectionPoolDataSource();
            postgres.setUrl(database.url());
            postgres.setUser(database.user());
            driver = postgres;
        } else if (driver instanceof com.mysql.cj.jdbc.MysqlXADataSource) {
            com.mysql.cj.jdbc.MysqlConnectionPoolDataSource mysql =
                    new com.mysql.cj.jdbc.MysqlConnectionPoolDataSource();
            mysql.setUrl(database.url());
            mysql.setUser(database.user());
            mysql.setPassword("");
            driver = mysql;
        }
        try (SharedPoolDataSource pool = new SharedPoolDataSource()) {
            pool.setConnectionPoolDataSource(recorder.builder().wrapConnectionPool((ConnectionPoolDataSource) driver));
            pool.setMaxTotal(2);
            pool.setDefaultMaxWait(Duration.ofSeconds(20));
            LegalIdiomsTest.all(new WithUser(pool, database.user()), database.newTable());
            recorder.assertNothingLeaked();
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void tomcat_s_pool_over_a_guarded_xa_data_source_runs_the_legal_idioms_without_a_report(Database database)
            throws Exception {
        org.apache.tomcat.jdbc.pool.PoolProperties properties = new org.apache.tomcat.jdbc.pool.PoolProperties();
        properties.setDataSource(recorder.builder().wrapXa((XADataSource) driverDataSource(database)));
        properties.setInitialSize(0);
        properties.setMaxActive(2);
        properties.setMaxWait(20_000);
        org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource(properties);
        LegalIdiomsTest.all(pool, database.newTable());
        recorder.assertNothingLeaked();
        pool.close(true);
    }

    /** That pool wants the user's name with each borrow. */
    private static final class WithUser extends org.springframework.jdbc.datasource.DelegatingDataSource {
        private final String user;

        WithUser(DataSource target, String user) {
            super(target);
            this.user = user;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return getConnection(user, "");
        }
    }
}
