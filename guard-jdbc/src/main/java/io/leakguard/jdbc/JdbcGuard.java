package io.leakguard.jdbc;

import io.leakguard.LeakGuard;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import javax.sql.CommonDataSource;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.jspecify.annotations.Nullable;

/**
 * Guards data sources: a {@link LeakGuard} reports leaked connections, statements and result sets. The usual place is
 * above the connection pool. Below it works too.
 *
 * <p>A guarded object behaves as the one behind it, except that {@code unwrap} is needed to reach a driver's own class.
 * A data source that is guarded already, or whose guard is off, is returned as it is. Thread-safe.
 *
 * {@snippet :
 * DataSource dataSource = JdbcGuard.wrap(pool);
 * }
 */
public final class JdbcGuard {
    private JdbcGuard() {}

    /**
     * Returns the data source guarded by the {@linkplain LeakGuard#global() process-wide guard}, configured by the system
     * properties {@code leakguard.jdbc.*}.
     *
     * @param dataSource a pool or a driver's data source
     * @return the guarded data source; its {@code close()} closes the one behind it
     * @throws IllegalArgumentException if a system property is unknown or has a bad value
     */
    public static DataSource wrap(DataSource dataSource) {
        return builder().wrap(dataSource);
    }

    /**
     * Returns the data source guarded by the given guard, configured by the system properties {@code leakguard.jdbc.*}.
     *
     * @param dataSource a pool or a driver's data source
     * @param guard the guard
     * @return the guarded data source; its {@code close()} closes the one behind it
     * @throws IllegalArgumentException if a system property is unknown or has a bad value
     */
    public static DataSource wrap(DataSource dataSource, LeakGuard guard) {
        return builder().guard(guard).wrap(dataSource);
    }

    /**
     * Returns the XA data source guarded by the given guard. The method has a name of its own, since many drivers' data
     * sources implement several interfaces at once.
     *
     * @param dataSource a driver's data source
     * @param guard the guard
     * @return the guarded data source
     */
    public static XADataSource wrapXa(XADataSource dataSource, LeakGuard guard) {
        return builder().guard(guard).wrapXa(dataSource);
    }

    /**
     * Returns the data source of physical connections guarded by the given guard.
     *
     * @param dataSource a driver's data source
     * @param guard the guard
     * @return the guarded data source
     */
    public static ConnectionPoolDataSource wrapConnectionPool(ConnectionPoolDataSource dataSource, LeakGuard guard) {
        return builder().guard(guard).wrapConnectionPool(dataSource);
    }

    /**
     * Returns the current holders of a guarded data source's connections. It reads the stacks of the holders' threads:
     * call it for a diagnosis, not every second.
     *
     * @param dataSource a guarded data source, or one that unwraps to it
     * @return the holders; none if the data source isn't guarded
     */
    public static ConnectionHolders holders(CommonDataSource dataSource) {
        JdbcSource source = sourceOf(dataSource);
        return source == null ? new ConnectionHolders(Instant.now(), 0, List.of()) : source.live.told();
    }

    /** A class proxy has no source of its own, but unwraps to its target. */
    private static @Nullable JdbcSource sourceOf(CommonDataSource dataSource) {
        if (dataSource instanceof GuardedDataSource guarded && guarded.source() != null) {
            return guarded.source();
        }
        if (dataSource instanceof GuardedXaDataSource guarded) {
            return guarded.source();
        }
        if (dataSource instanceof GuardedConnectionPoolDataSource guarded) {
            return guarded.source();
        }
        try {
            return dataSource instanceof DataSource wrapper && wrapper.isWrapperFor(GuardedDataSource.class)
                    ? wrapper.unwrap(GuardedDataSource.class).source()
                    : null;
        } catch (SQLException e) {
            return null; // the data source can't tell, so it is not ours
        }
    }

    /**
     * Returns a builder that starts from the system properties {@code leakguard.jdbc.*}.
     *
     * @return a new builder
     * @throws IllegalArgumentException if a property is unknown or has a bad value; the message names it and the fix
     */
    public static Builder builder() {
        return new Builder(JdbcOptions.fromSystemProperties());
    }

    /**
     * Returns the keys of all settings, without {@code leakguard.jdbc.} before them: for programs that read a configuration of
     * their own and pass it to {@link Builder#property}.
     *
     * @return the keys, in the order of the documentation
     */
    public static List<String> keys() {
        return JdbcOptions.KEYS;
    }

    /** Configures guarded data sources. Not thread-safe. Each {@code wrap} uses the settings of that moment. */
    public static final class Builder {

        private JdbcOptions options;
        private @Nullable LeakGuard guard;

        private Builder(JdbcOptions options) {
            this.options = options;
        }

        /**
         * Sets the guard. The default is the {@linkplain LeakGuard#global() process-wide one}.
         *
         * @param leakGuard the guard
         * @return this builder
         */
        public Builder guard(LeakGuard leakGuard) {
            this.guard = Objects.requireNonNull(leakGuard, "guard");
            return this;
        }

        /**
         * Sets any setting by its key, as in a configuration file: {@code property("sql.mask", "true")}.
         *
         * @param key the key, with or without {@code leakguard.jdbc.} before it
         * @param value the value
         * @return this builder
         * @throws IllegalArgumentException if the key is unknown or the value is bad; the message names it and the fix
         */
        public Builder property(String key, String value) {
            options = options.with(JdbcOptions.PREFIX + JdbcOptions.key(key), value);
            return this;
        }

        /**
         * Sets the number of characters of a statement's SQL that are shown ({@code leakguard.jdbc.sql.max}, default
         * 500). Parameters are never shown.
         *
         * @param characters 0 for no SQL at all, at most 1,000
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder maxSqlLength(int characters) {
            options = options.withMaxSqlLength(characters);
            return this;
        }

        /**
         * Sets whether literals in SQL are shown as {@code ?} ({@code leakguard.jdbc.sql.mask}, default false). Statements
         * that name a password or another secret are masked in any case.
         *
         * @param mask true to mask them
         * @return this builder
         */
        public Builder maskLiterals(boolean mask) {
            options = options.withMaskLiterals(mask);
            return this;
        }

        /**
         * Sets the time after which a successful {@code getConnection} counts as slow
         * ({@code leakguard.jdbc.borrow.slow}, default 1 s). The log then says who holds the connections, at most every
         * 10 s.
         *
         * @param time 0 to 24 h
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder slowBorrow(Duration time) {
            options = options.withSlowBorrow(time);
            return this;
        }

        /**
         * Sets the time for which the report of a collected statement or result set waits while its connection is in
         * use ({@code leakguard.jdbc.child.grace}, default 2 s). If the connection is closed within that time, they end
         * with it and nothing is reported.
         *
         * @param time 0 to 24 h
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder childGrace(Duration time) {
            options = options.withChildGrace(time);
            return this;
        }

        /**
         * Sets whether Blob, Clob, NClob, SQLXML and Array are tracked too ({@code leakguard.jdbc.lobs}, default
         * false). Few programs free them, and the cost of a leak depends on the driver.
         *
         * @param track true to track them
         * @return this builder
         */
        public Builder lobs(boolean track) {
            options = options.withLobs(track);
            return this;
        }

        private JdbcSource source(PoolBeneath pool) {
            LeakGuard g = guard;
            return new JdbcSource(g != null ? g : LeakGuard.global(), options, pool, null);
        }

        /**
         * Returns the data source guarded.
         *
         * @param dataSource a pool or a driver's data source
         * @return the guarded data source; its {@code close()} closes the one behind it
         */
        public DataSource wrap(DataSource dataSource) {
            Objects.requireNonNull(dataSource, "dataSource");
            JdbcSource source = source(PoolBeneath.of(dataSource.getClass()));
            return dataSource instanceof GuardedDataSource || !source.guard.isEnabled()
                    ? dataSource
                    : new GuardedDataSource(dataSource, source);
        }

        /**
         * Returns the XA data source guarded.
         *
         * @param dataSource a driver's data source
         * @return the guarded data source
         */
        public XADataSource wrapXa(XADataSource dataSource) {
            Objects.requireNonNull(dataSource, "dataSource");
            JdbcSource source = source(PoolBeneath.none());
            return dataSource instanceof GuardedXaDataSource || !source.guard.isEnabled()
                    ? dataSource
                    : new GuardedXaDataSource(dataSource, source);
        }

        /**
         * Returns the data source of physical connections guarded.
         *
         * @param dataSource a driver's data source
         * @return the guarded data source
         */
        public ConnectionPoolDataSource wrapConnectionPool(ConnectionPoolDataSource dataSource) {
            Objects.requireNonNull(dataSource, "dataSource");
            JdbcSource source = source(PoolBeneath.none());
            return dataSource instanceof GuardedConnectionPoolDataSource || !source.guard.isEnabled()
                    ? dataSource
                    : new GuardedConnectionPoolDataSource(dataSource, source);
        }
    }
}
