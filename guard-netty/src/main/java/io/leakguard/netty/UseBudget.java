package io.leakguard.netty;

/**
 * How many stacks are looked at to find uses by the application, while nothing is urgent: a look costs some 2 to 10 µs, by how
 * deep the pipeline is.
 */
final class UseBudget {

    /** Buffers of a second whose uses are recorded from the first leak on; with their looks, at most some 0.5 % of a core. */
    static final int FEW_BUFFERS = 50;

    /** Looks for each of these: what is used for long isn't looked at for long. */
    static final byte FEW_LOOKS = 16;

    /** Looks in a second once a leak had no line: some 0.5 % of a core. */
    static final int SOME_LOOKS = 1_000;

    static final SecondBudget FEW = new SecondBudget(FEW_BUFFERS);
    static final SecondBudget SOME = new SecondBudget(SOME_LOOKS);

    private UseBudget() {}
}
