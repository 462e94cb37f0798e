package io.leakguard.jdbc;

/** A data source of any sort that is guarded. */
interface Guarding {
    JdbcSource source();
}
