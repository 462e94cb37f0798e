package io.leakguard.netty;

/**
 * The number of stacks that are walked to find uses by the application while no leak waits for its line. A walk takes 2 to
 * 10 µs, by the depth of the pipeline.
 */
final class UseBudget {

    /** The uses of this many buffers a second are recorded from the start. Their walks take at most about 0.5 % of a core. */
    static final int FEW_BUFFERS = 50;

    /** Walks for each of these buffers, so that a buffer with a long life does not use up the budget. */
    static final byte FEW_LOOKS = 16;

    /** Walks a second after a leak without a line: about 0.5 % of a core. */
    static final int SOME_LOOKS = 1_000;

    static final SecondBudget FEW = new SecondBudget(FEW_BUFFERS);
    static final SecondBudget SOME = new SecondBudget(SOME_LOOKS);

    private UseBudget() {}
}
