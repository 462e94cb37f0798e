package io.leakguard.netty;

/** Which uses of a buffer are recorded. Decided when it is allocated. */
@SuppressWarnings("ImmutableEnumChecker") // a budget is counted down
enum Accesses {
    NONE,
    /** Uses by the application, of a few buffers: see {@link UseBudget}. */
    FEW_OF_APPLICATION,
    /** Uses by the application, within a budget, of buffers that are wrapped anyway. */
    SOME_OF_APPLICATION,
    /** Uses by the application. Each buffer is wrapped for this. */
    OF_APPLICATION,
    ALL
}
