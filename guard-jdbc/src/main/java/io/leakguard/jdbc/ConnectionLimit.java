package io.leakguard.jdbc;

import java.sql.SQLException;
import java.util.Set;

/** Tells whether a database refused a connection since it has too many: then whoever has one open is of interest. */
final class ConnectionLimit {

    /** MySQL's and MariaDB's, and Oracle's. */
    private static final Set<Integer> CODES = Set.of(1040, 1203, 1226, 18, 20, 12516, 12519, 12520);

    /** The standard's "too many connections", which PostgreSQL and its kin use. */
    private static final String STATE = "53300";

    private static final int MAX_CAUSES = 10;

    private ConnectionLimit() {}

    static boolean isReached(Throwable failure) {
        Throwable t = failure;
        for (int i = 0; t != null && i < MAX_CAUSES; i++) {
            if (t instanceof SQLException e && (STATE.equals(e.getSQLState()) || CODES.contains(e.getErrorCode()))) {
                return true;
            }
            t = t.getCause();
        }
        return false;
    }
}
