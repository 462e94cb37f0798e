package io.leakguard.junit;

import java.io.PrintStream;

/** Where a run says what has no test to fail: standard error, in one piece. */
final class Console {
    private Console() {}

    @SuppressWarnings("SystemOut") // a test run's console is its user interface
    static void print(String text) {
        PrintStream err = System.err;
        err.println(text);
    }
}
