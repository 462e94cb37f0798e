package io.leakguard.jdbc;

/** Says who holds the connections; added to the exception of a {@code getConnection} that failed. It has no stack of its own. */
final class BorrowExplanation extends Exception {
    private static final long serialVersionUID = 1L;

    BorrowExplanation(String holders) {
        super(holders, null, false, false);
    }
}
