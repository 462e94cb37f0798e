package io.leakguard.jdbc;

import java.sql.SQLException;
import java.util.Set;

/**
 * Tells whether a database refused a connection because it has too many. In that case all holders of open connections
 * matter.
 */
final class ConnectionLimit {

    /** The codes of MySQL and MariaDB, and of Oracle. */
    private static final Set<Integer> CODES = Set.of(1040, 1203, 1226, 18, 20, 12516, 12519, 12520);

    /** The standard's "too many connections", which PostgreSQL and similar databases use. */
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
