package io.leakguard.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.util.Locale;
import javax.sql.ConnectionPoolDataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a data source has a pool beneath, so that a caller may wait for a connection that another caller holds.
 * Without a pool, a slow or failed attempt has nothing to do with other connections.
 */
final class PoolBeneath {

    /**
     * Drivers around another data source or driver: the classes of their connections say nothing about the one behind.
     */
    private static final String[] AROUND_OTHERS = {"com.p6spy.", "io.opentelemetry.", "io.leakguard."};

    private final boolean physical;
    private final @Nullable Class<?> dataSource;
    private volatile @Nullable Class<?> given;

    private PoolBeneath(boolean physical, @Nullable Class<?> dataSource) {
        this.physical = physical;
        this.dataSource = dataSource;
    }

    /** A driver, or a data source of physical connections. */
    static PoolBeneath none() {
        return new PoolBeneath(true, null);
    }

    static PoolBeneath of(Class<?> dataSource) {
        return new PoolBeneath(false, dataSource);
    }

    /** Tells whether its connections are certainly a driver's, and opened when a caller asks for them. */
    boolean isPhysical() {
        return physical;
    }

    /** Called when the data source returned a connection of this class. */
    void gave(Class<?> connection) {
        if (given != connection) {
            given = connection;
        }
    }

    /** Returns false if there is certainly no pool. */
    boolean isPossible() {
        if (physical) {
            return false;
        }
        Class<?> source = dataSource;
        if (source != null && isPool(source)) {
            return true;
        }
        Class<?> type = given;
        return type == null || isPool(type) || !isDrivers(type);
    }

    private static boolean isPool(Class<?> type) {
        String name = type.getName();
        if (Pools.isPool(name)) {
            return true;
        }
        String simple = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        // MySQL's MysqlConnectionPoolDataSource opens connections for pools, and keeps none.
        return simple.contains("pool")
                && !(ConnectionPoolDataSource.class.isAssignableFrom(type)
                        && simple.endsWith("connectionpooldatasource"));
    }

    /** Tells whether a connection's class belongs to the code of a driver. */
    private static boolean isDrivers(Class<?> connection) {
        String name = connection.getName();
        for (String other : AROUND_OTHERS) {
            if (name.startsWith(other)) {
                return false;
            }
        }
        return Connection.class.isAssignableFrom(connection)
                && DriverManager.drivers().anyMatch(driver -> name.startsWith(codeOf(driver)));
    }

    /** Returns at most three levels of a driver's package: {@code org.apache.derby.}, {@code org.h2.}. */
    private static String codeOf(Driver driver) {
        String name = driver.getClass().getName();
        int end = 0;
        for (int level = 0; level < 3; level++) {
            int dot = name.indexOf('.', end);
            if (dot < 0) {
                break;
            }
            end = dot + 1;
        }
        return end == 0 ? name : name.substring(0, end);
    }
}
