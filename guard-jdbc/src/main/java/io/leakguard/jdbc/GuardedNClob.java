package io.leakguard.jdbc;

import io.leakguard.GuardedResource;
import java.sql.NClob;

/** The handle of an NClob. */
final class GuardedNClob extends ForwardingNClob implements NClob, GuardedResource {
    GuardedNClob(NClob delegate, GuardedConnection connection) {
        super(delegate, connection, Kinds.NCLOB);
    }
}
