package io.leakguard.jdbc;

import io.leakguard.LeakTracker;
import io.leakguard.adapter.GuardedResource;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.ResultSet;
import java.sql.SQLXML;
import org.jspecify.annotations.Nullable;

/**
 * Guards large objects, if the setting asks for that, and result sets that are values. Unwraps arguments for a driver.
 */
final class Lobs {
    private Lobs() {}

    /** Returns the driver's object for a handle of ours, and any other object as it is. */
    @SuppressWarnings("unchecked") // a handle implements the interface of what it stands for, which T is or is above
    static <T extends @Nullable Object> T raw(T value) {
        return value instanceof GuardedResource ? (T) delegate(value) : value;
    }

    private static Object delegate(Object handle) {
        if (handle instanceof ForwardingBlob blob) {
            return blob.delegate;
        }
        if (handle instanceof ForwardingClob clob) {
            return clob.delegate;
        }
        if (handle instanceof ForwardingSQLXML xml) {
            return xml.delegate;
        }
        return handle instanceof ForwardingArray array ? array.delegate : handle;
    }

    /** Returns an array whose elements are the driver's. */
    static @Nullable Object @Nullable [] raw(@Nullable Object @Nullable [] values) {
        if (values == null) {
            return null;
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof GuardedResource) {
                @Nullable Object[] copy = new Object[values.length];
                for (int j = 0; j < copy.length; j++) {
                    copy[j] = raw(values[j]);
                }
                return copy;
            }
        }
        return values;
    }

    private static boolean isToBeGuarded(@Nullable Object made, GuardedConnection connection) {
        return connection.source.options.lobs() && made != null && !(made instanceof GuardedResource);
    }

    static Blob guard(Blob made, GuardedConnection connection) {
        return isToBeGuarded(made, connection) ? new GuardedBlob(made, connection) : made;
    }

    static Clob guard(Clob made, GuardedConnection connection) {
        if (made instanceof NClob nclob && isToBeGuarded(made, connection)) {
            return new GuardedNClob(nclob, connection, Kinds.CLOB); // many drivers have one class for both
        }
        return isToBeGuarded(made, connection) ? new GuardedClob(made, connection, Kinds.CLOB) : made;
    }

    static NClob guard(NClob made, GuardedConnection connection) {
        return isToBeGuarded(made, connection) ? new GuardedNClob(made, connection, Kinds.NCLOB) : made;
    }

    static SQLXML guard(SQLXML made, GuardedConnection connection) {
        return isToBeGuarded(made, connection) ? new GuardedSqlXml(made, connection) : made;
    }

    static Array guard(Array made, GuardedConnection connection) {
        return isToBeGuarded(made, connection) ? new GuardedArray(made, connection) : made;
    }

    /** Guards the result of {@code getObject}, if it is a result set or a large object. */
    static Object value(Object made, GuardedStatement statement, LeakTracker parent) {
        if (made instanceof ResultSet result) {
            return statement.nested(result, parent);
        }
        if (!statement.connection.source.options.lobs()) {
            return made;
        }
        if (made instanceof Blob blob) {
            return guard(blob, statement.connection);
        }
        if (made instanceof Clob clob) {
            return guard(clob, statement.connection);
        }
        if (made instanceof SQLXML xml) {
            return guard(xml, statement.connection);
        }
        return made instanceof Array array ? guard(array, statement.connection) : made;
    }

    /** The same. An object that was asked for as a class of the driver stays as it is. */
    static <T> T value(T made, Class<T> type, GuardedStatement statement, LeakTracker parent) {
        if (made == null || !type.isInterface()) {
            return made;
        }
        if (made instanceof ResultSet && !type.isAssignableFrom(GuardedResultSet.class)) {
            return made;
        }
        Object guarded = value(made, statement, parent);
        return type.isInstance(guarded) ? type.cast(guarded) : made;
    }
}
