package io.leakguard.netty;

/** Which uses of a buffer are recorded; decided when it is allocated. */
enum Accesses {
    NONE,
    /** Those of the application, of a few buffers: see {@link UseBudget}. */
    FEW_OF_APPLICATION,
    /** Those of the application, as far as a budget goes: of each buffer that is wrapped in any case. */
    SOME_OF_APPLICATION,
    /** Those of the application. Each buffer is wrapped meanwhile. */
    OF_APPLICATION,
    ALL
}
