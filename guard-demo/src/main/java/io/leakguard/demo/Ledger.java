package io.leakguard.demo;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import io.leakguard.LeakScope;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The daemon's database: H2 in memory behind a HikariCP pool, with the guard above the pool. */
final class Ledger implements AutoCloseable {

    private final HikariDataSource pool;
    private final DataSource guarded;
    private final Connection audit;

    Ledger(LeakGuard guard) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:mem:ledger");
        config.setMaximumPoolSize(80); // leaked connections never come back
        config.setMinimumIdle(2);
        pool = new HikariDataSource(config);
        guarded = JdbcGuard.wrap(pool, guard);
        try (LeakScope start = guard.openScope("start")) {
            audit = guarded.getConnection();
            start.keep(audit, "the audit keeps it all day");
            try (Statement statement = audit.createStatement()) {
                statement.execute("create table booking(id int primary key, state varchar(20))");
                statement.execute("insert into booking select x, 'open' from system_range(1, 100)");
            }
        } catch (SQLException e) {
            pool.close();
            throw new IllegalStateException("the demo's database doesn't start", e);
        }
    }

    /** The pool as the daemon uses it: guarded. */
    DataSource bookings() {
        return guarded;
    }

    /** The connection that the audit keeps all day. Not for two threads at once. */
    Connection audit() {
        return audit;
    }

    @Override
    public void close() throws SQLException {
        audit.close();
        pool.close();
    }
}
