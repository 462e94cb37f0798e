package io.leakguard.jdbc;

/**
 * Lists the holders of the connections. Added to the exception of a failed {@code getConnection}. It has no stack of
 * its own.
 */
final class BorrowExplanation extends Exception {
    private static final long serialVersionUID = 1L;

    BorrowExplanation(String holders) {
        super(holders, null, false, false);
    }
}
