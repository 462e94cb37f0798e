package io.leakguard.spring;

import io.leakguard.jdbc.JdbcGuard;

/** The settings of data sources. A class of its own, since guard-jdbc may be absent. */
final class JdbcSettings {

    private JdbcSettings() {}

    static JdbcGuard.Builder builder(LeakGuardProperties.Jdbc settings) {
        return JdbcGuard.builder()
                .maxSqlLength(settings.sql().max())
                .maskLiterals(settings.sql().mask())
                .slowBorrow(Times.parse(
                        "leakguard.jdbc.borrow.slow", settings.borrow().slow()))
                .childGrace(Times.parse(
                        "leakguard.jdbc.child.grace", settings.child().grace()))
                .lobs(settings.lobs());
    }
}
