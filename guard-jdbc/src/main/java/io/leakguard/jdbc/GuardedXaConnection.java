package io.leakguard.jdbc;

import javax.sql.XAConnection;

/** The handle of an XA connection. */
final class GuardedXaConnection extends ForwardingXAConnection {
    GuardedXaConnection(XAConnection delegate, JdbcSource source) {
        super(delegate, source, Kinds.XA_CONNECTION);
    }
}
