package io.leakguard.jdbc.suite;

import io.leakguard.LeakGuard;
import io.leakguard.jdbc.JdbcGuard;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Collections;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDriverBasedDataSource;

/** Takes the place of a driver, so that the driver's own tests are guarded and need no other URL. */
public final class FrontDriver implements Driver {

    private final Driver driver;
    private final LeakGuard guard;
    private final DriverViews views;

    /**
     * Stands before a driver.
     *
     * @param views what tests cast the guard's objects to, as pairs: {@code java.sql.Connection=org.h2.jdbc.JdbcConnection,…}
     */
    public FrontDriver(Driver driver, LeakGuard guard, String views) throws ClassNotFoundException {
        this.driver = driver;
        this.guard = guard;
        this.views = DriverViews.of(views);
    }

    /** Has it asked instead of the driver. */
    public void install() throws SQLException {
        for (Driver registered : Collections.list(DriverManager.getDrivers())) {
            if (driver.getClass().isInstance(registered)) {
                DriverManager.deregisterDriver(registered);
            }
        }
        DriverManager.registerDriver(this);
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return driver.acceptsURL(url);
    }

    @Override
    public Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        DataSource dataSource = new AbstractDriverBasedDataSource() {
            @Override
            protected Connection getConnectionFromDriver(Properties ignored) throws SQLException {
                return driver.connect(url, info);
            }
        };
        return (Connection)
                views.view(JdbcGuard.builder().guard(guard).wrap(dataSource).getConnection());
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
        return driver.getPropertyInfo(url, info);
    }

    @Override
    public int getMajorVersion() {
        return driver.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return driver.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return driver.jdbcCompliant();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return driver.getParentLogger();
    }
}
