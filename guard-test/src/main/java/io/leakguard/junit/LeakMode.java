package io.leakguard.junit;

/** The effect of a leak on the test that it is charged to. */
public enum LeakMode {
    /** The setting {@code leakguard.junit.mode}, by default {@link #FAIL}. */
    CONFIGURED,
    /** The test fails. */
    FAIL,
    /** The leak is printed and published as a report entry. */
    WARN,
    /** Leaks in the baseline file are known. New leaks fail. */
    BASELINE,
    /** The test isn't checked. */
    OFF
}
