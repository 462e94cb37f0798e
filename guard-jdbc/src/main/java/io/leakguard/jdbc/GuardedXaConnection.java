package io.leakguard.jdbc;

import io.leakguard.adapter.GuardedResource;
import javax.sql.XAConnection;

/** The handle of an XA connection. */
final class GuardedXaConnection extends ForwardingXAConnection implements XAConnection, GuardedResource {
    GuardedXaConnection(XAConnection delegate, JdbcSource source) {
        super(delegate, source, Kinds.XA_CONNECTION);
    }
}
