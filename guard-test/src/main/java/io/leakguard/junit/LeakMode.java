package io.leakguard.junit;

/** What a leak does to the test that it is charged to. */
public enum LeakMode {
    /** As the setting {@code leakguard.junit.mode} says, which is {@link #FAIL} unless set. */
    CONFIGURED,
    /** The test fails. */
    FAIL,
    /** The leak is printed and published as a report entry. */
    WARN,
    /** Leaks that the baseline file lists are known, new ones fail. */
    BASELINE,
    /** The test isn't checked. */
    OFF
}
