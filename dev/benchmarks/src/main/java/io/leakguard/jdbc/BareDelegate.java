package io.leakguard.jdbc;

import java.sql.ResultSet;

/**
 * A result set behind a delegate as guard-jdbc generates them, and nothing else: the least that any static delegate costs.
 * In this package, since they are nobody else's.
 */
public final class BareDelegate extends ForwardingResultSet {

    /**
     * Makes a delegate.
     *
     * @param delegate what it forwards to
     */
    public BareDelegate(ResultSet delegate) {
        super(delegate);
    }
}
