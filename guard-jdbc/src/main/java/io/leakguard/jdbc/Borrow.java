package io.leakguard.jdbc;

import java.sql.SQLException;

/** Opens something, and tells of a slow or failed attempt who holds the connections. */
final class Borrow {
    private Borrow() {}

    interface Opening<T> {
        T open() throws SQLException;
    }

    static <T> T timed(JdbcSource source, Opening<T> opening) throws SQLException {
        long start = System.nanoTime();
        T made;
        try {
            made = opening.open();
        } catch (SQLException | RuntimeException e) {
            source.holders.failed(e, System.nanoTime() - start);
            throw e;
        }
        long waited = System.nanoTime() - start;
        if (source.holders.isSlow(waited)) {
            source.holders.slow(waited);
        }
        return made;
    }
}
