package io.leakguard.netty;

/** Which uses of a buffer are recorded; decided when it is allocated. */
enum Accesses {
    NONE,
    /** Those of the application, as far as a budget goes: of what is wrapped in any case. */
    SOME_OF_APPLICATION,
    /** Those of the application. Each buffer is wrapped meanwhile. */
    OF_APPLICATION,
    ALL;

    /** Whether a use that happens now is to be recorded. */
    boolean isRecordedNow() {
        return switch (this) {
            case NONE -> false;
            case ALL -> true;
            case OF_APPLICATION -> Callers.includeApplication();
            case SOME_OF_APPLICATION -> WalkBudget.take() && Callers.includeApplication();
        };
    }
}
