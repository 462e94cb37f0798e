package io.leakguard.netty;

/** Which uses of a buffer are recorded. Decided when it is allocated. */
enum Accesses {
    NONE(0),
    /** Uses by the application, of a few buffers a second, within a small budget: about 0.3 % of a core. */
    FEW_OF_APPLICATION(500),
    /** Uses by the application, within a budget below 1 % of a core, of buffers that are wrapped anyway. */
    SOME_OF_APPLICATION(1_000),
    /** Uses by the application. Each buffer is wrapped for this. */
    OF_APPLICATION(0),
    ALL(0);

    /** Limits the stack walks. Each takes 2 to 10 µs, depending on the depth of the pipeline. */
    private final SecondBudget looks;

    Accesses(int looksPerSecond) {
        this.looks = new SecondBudget(looksPerSecond);
    }

    /** Whether to record a use that happens now. */
    boolean isRecordedNow() {
        return switch (this) {
            case NONE -> false;
            case ALL -> true;
            case OF_APPLICATION -> Callers.includeApplication();
            case FEW_OF_APPLICATION, SOME_OF_APPLICATION -> looks.take() && Callers.includeApplication();
        };
    }
}
