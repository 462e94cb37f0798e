package io.leakguard.jdbc;

import java.sql.NClob;

/** The handle of an NClob. */
final class GuardedNClob extends ForwardingNClob {
    GuardedNClob(NClob delegate, GuardedConnection connection) {
        super(delegate, connection, Kinds.NCLOB);
    }
}
