/** LeakGuard for JDBC: connections, statements and result sets that were opened and not closed. */
module io.leakguard.jdbc {
    requires transitive io.leakguard.core;
    requires transitive java.sql;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.leakguard.jdbc;

    provides java.sql.Driver with
            io.leakguard.jdbc.LeakGuardDriver;
}
