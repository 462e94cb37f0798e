package io.leakguard.jdbc;

import io.leakguard.LeakGuard;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The driver of URLs with {@code jdbc:leakguard:} before the real one. It guards a program or a test suite without a
 * line of code: {@code jdbc:leakguard:postgresql://host/db}, or {@code jdbc:leakguard:jdbc:postgresql://host/db}. It
 * uses the {@linkplain LeakGuard#global() process-wide guard} and the system properties {@code leakguard.jdbc.*}. It
 * registers itself. Thread-safe.
 */
public final class LeakGuardDriver implements Driver {

    /** The prefix of a guarded URL. */
    public static final String PREFIX = "jdbc:leakguard:";

    private static final int MAX_SOURCES = 256;

    private static final ConcurrentHashMap<String, JdbcSource> SOURCES = new ConcurrentHashMap<>();

    static {
        try {
            DriverManager.registerDriver(new LeakGuardDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Creates a driver. {@link DriverManager} has one already. */
    public LeakGuardDriver() {}

    @Override
    public boolean acceptsURL(@Nullable String url) {
        return url != null && url.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        String real = realUrl(url);
        Driver driver = driverOf(real);
        JdbcSource source = source(real, LeakGuard.global());
        return Borrow.connection(source, null, () -> driver.connect(real, info));
    }

    /** Returns the URL of the real driver. Its own {@code jdbc:} may be missing. */
    static String realUrl(String url) {
        String rest = url;
        while (rest.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            rest = rest.substring(PREFIX.length());
            rest = rest.toLowerCase(Locale.ROOT).startsWith("jdbc:") ? rest : "jdbc:" + rest;
        }
        return rest;
    }

    private static Driver driverOf(String url) throws SQLException {
        try {
            return DriverManager.getDriver(url);
        } catch (SQLException none) {
            // DriverManager sees only the classes of our class loader. The application's may see more.
            Iterator<Driver> drivers = ServiceLoader.load(Driver.class).iterator();
            while (true) {
                try {
                    if (!drivers.hasNext()) {
                        break;
                    }
                    Driver driver = drivers.next();
                    if (driver.acceptsURL(url)) {
                        return driver;
                    }
                } catch (ServiceConfigurationError e) {
                    none.addSuppressed(e);
                }
            }
            // Not the URL as it is: DriverManager's own message would show a password.
            SQLException shown = new SQLException(
                    "no driver accepts " + JdbcUrls.redact(url) + ", the URL behind " + PREFIX
                            + ": put the driver on the class path and check the URL",
                    none.getSQLState());
            for (Throwable t : none.getSuppressed()) {
                shown.addSuppressed(t);
            }
            throw shown;
        }
    }

    /** Returns one source for all connections of a URL, so that the holders can be listed. */
    private static JdbcSource source(String url, LeakGuard guard) {
        JdbcSource known = SOURCES.get(url);
        if (known != null && known.guard == guard) {
            return known;
        }
        JdbcSource made = new JdbcSource(guard, options(), PoolBeneath.none(), url);
        if (known != null || SOURCES.size() < MAX_SOURCES) {
            SOURCES.put(url, made);
        }
        return made;
    }

    private static JdbcOptions options() {
        try {
            return JdbcOptions.fromSystemProperties();
        } catch (IllegalArgumentException e) {
            // In the middle of the application's work: logged, but not thrown.
            LoggerFactory.getLogger("io.leakguard").error("{} (the defaults are used instead)", e.getMessage());
            return JdbcOptions.DEFAULT;
        }
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return new DriverPropertyInfo[0];
        }
        String real = realUrl(url);
        return driverOf(real).getPropertyInfo(real, info);
    }

    @Override
    public int getMajorVersion() {
        return 0;
    }

    @Override
    public int getMinorVersion() {
        return 1;
    }

    /** Returns false: the driver behind a connection decides whether it is compliant. */
    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("LeakGuard logs through SLF4J");
    }
}
