package io.leakguard.spring;

import io.leakguard.jdbc.JdbcGuard;

/** What the settings say of data sources. By itself, since guard-jdbc may not be there. */
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
