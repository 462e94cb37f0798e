package io.leakguard.jdbc;

import io.leakguard.LeakGuard;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What everything that comes from one data source shares. */
final class JdbcSource {

    final LeakGuard guard;
    final JdbcOptions options;
    final Holders holders;

    /** Redacted. A data source that leads to several databases shows the first one's for what is still in use. */
    private volatile @Nullable String url;

    JdbcSource(LeakGuard guard, JdbcOptions options, @Nullable String url) {
        this.guard = guard;
        this.options = options;
        this.holders = new Holders(options);
        this.url = url == null ? null : JdbcUrls.redact(url);
    }

    String url() {
        String u = url;
        return u == null ? "" : u;
    }

    /** Asks the first connection, once. */
    void learnUrl(Connection connection) {
        if (url == null) {
            url = urlOf(connection);
        }
    }

    static String urlOf(Connection connection) {
        try {
            DatabaseMetaData metaData = connection.getMetaData();
            String url = metaData == null ? null : metaData.getURL();
            return url == null ? "" : JdbcUrls.redact(url);
        } catch (SQLException | RuntimeException e) {
            return ""; // a driver that can't tell: the report goes without
        }
    }
}
