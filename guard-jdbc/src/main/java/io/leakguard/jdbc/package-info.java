/**
 * Finds JDBC connections, statements and result sets that were opened and never closed, and says who holds the
 * connections when the pool is exhausted. {@link io.leakguard.jdbc.JdbcGuard} wraps a data source.
 * {@link io.leakguard.jdbc.LeakGuardDriver} does the same for a URL with {@code jdbc:leakguard:} before it.
 * {@link io.leakguard.jdbc.ConnectionHolders} lists the connections in use.
 *
 * <p>The wrappers forward every JDBC method by plain calls and keep their own model of closing, since drivers disagree
 * about it: see {@code docs/jdbc.md}.
 */
@NullMarked
package io.leakguard.jdbc;

import org.jspecify.annotations.NullMarked;
