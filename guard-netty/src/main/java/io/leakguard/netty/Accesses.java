package io.leakguard.netty;

/** Which uses of a buffer are recorded; decided when it is allocated. */
enum Accesses {
    NONE(0),
    /** Those of the application: of a few buffers, and as far as a small budget goes, some 0.3 % of a core. */
    FEW_OF_APPLICATION(500),
    /** Those of the application, as far as a budget goes, less than 1 % of a core: of each that is wrapped in any case. */
    SOME_OF_APPLICATION(1_000),
    /** Those of the application. Each buffer is wrapped meanwhile. */
    OF_APPLICATION(0),
    ALL(0);

    /** Of stacks that are looked at: some 2 to 10 µs each, by how deep the pipeline is. */
    private final SecondBudget looks;

    Accesses(int looksPerSecond) {
        this.looks = new SecondBudget(looksPerSecond);
    }

    /** Whether a use that happens now is to be recorded. */
    boolean isRecordedNow() {
        return switch (this) {
            case NONE -> false;
            case ALL -> true;
            case OF_APPLICATION -> Callers.includeApplication();
            case FEW_OF_APPLICATION, SOME_OF_APPLICATION -> looks.take() && Callers.includeApplication();
        };
    }
}
