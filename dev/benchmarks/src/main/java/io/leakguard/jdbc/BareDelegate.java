package io.leakguard.jdbc;

import java.sql.ResultSet;

/**
 * A result set behind a delegate like those of guard-jdbc, and nothing else: the least cost of any static delegate. In
 * this package, since the delegates are package-private.
 */
public final class BareDelegate extends ForwardingResultSet {

    /**
     * Makes a delegate.
     *
     * @param delegate the result set behind it
     */
    public BareDelegate(ResultSet delegate) {
        super(delegate);
    }
}
