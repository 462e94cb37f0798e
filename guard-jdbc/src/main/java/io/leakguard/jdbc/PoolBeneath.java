package io.leakguard.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.util.Locale;
import javax.sql.ConnectionPoolDataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a data source has a pool beneath, so that a caller may wait for a connection that somebody else holds.
 * Where nothing is pooled, a slow or failed attempt has nothing to do with other connections.
 */
final class PoolBeneath {

    /** Drivers around another data source or driver: their connections' classes say nothing of what is behind. */
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

    /** Whether its connections are a driver's for certain, and opened when they are asked for. */
    boolean isPhysical() {
        return physical;
    }

    /** The data source gave a connection of this class. */
    void gave(Class<?> connection) {
        if (given != connection) {
            given = connection;
        }
    }

    /** False if it is certain that there is none. */
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
        // MySQL's MysqlConnectionPoolDataSource is for pools to open connections from, and keeps none.
        return simple.contains("pool")
                && !(ConnectionPoolDataSource.class.isAssignableFrom(type)
                        && simple.endsWith("connectionpooldatasource"));
    }

    /** Whether a connection's class is of the same code as a driver. */
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

    /** At most three levels of a driver's package: {@code org.apache.derby.}, {@code org.h2.}. */
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
