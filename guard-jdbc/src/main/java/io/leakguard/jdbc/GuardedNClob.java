package io.leakguard.jdbc;

import io.leakguard.ResourceKind;
import io.leakguard.adapter.GuardedResource;
import java.sql.NClob;

/** The handle of an NClob. */
final class GuardedNClob extends ForwardingNClob implements NClob, GuardedResource {
    GuardedNClob(NClob delegate, GuardedConnection connection, ResourceKind kind) {
        super(delegate, connection, kind);
    }
}
