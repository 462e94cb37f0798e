package io.leakguard.jdbc;

import java.util.Optional;

/** Tells whether a connection pool is opening a connection. The guard is then beneath that pool. */
final class Pools {

    /** Packages and classes that keep physical connections. A trailing dot stands for all classes of the package. */
    private static final String[] KNOWN = {
        "com.zaxxer.hikari.",
        "io.agroal.",
        "org.apache.commons.dbcp.",
        "org.apache.commons.dbcp2.",
        "org.apache.tomcat.jdbc.pool.",
        "org.apache.tomcat.dbcp.",
        "com.mchange.v2.",
        "com.alibaba.druid.pool.",
        "oracle.ucp.",
        "org.vibur.dbcp.",
        "org.h2.jdbcx.JdbcConnectionPool",
        "org.apache.ibatis.datasource.pooled.",
        "org.jboss.jca.",
        "com.ibm.ws.rsadapter.",
        "com.sun.gjc.",
        "com.atomikos.",
        "com.arjuna.ats.",
        "bitronix.tm."
    };

    /** The largest distance between us and the pool: a data source or two of a driver, and {@code DriverManager}. */
    private static final int FRAMES = 16;

    private static final StackWalker WALKER = StackWalker.getInstance();

    private Pools() {}

    /** Returns the class of a pool among the callers of this, if there is one. */
    static Optional<String> caller() {
        return WALKER.walk(frames -> frames.limit(FRAMES)
                .map(StackWalker.StackFrame::getClassName)
                .filter(Pools::isPool)
                .findFirst());
    }

    static String reason(String pool) {
        return "kept by the pool " + pool;
    }

    static boolean isPool(String className) {
        for (String known : KNOWN) {
            if (className.startsWith(known)) {
                return true;
            }
        }
        return false;
    }
}
