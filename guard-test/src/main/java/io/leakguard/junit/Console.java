package io.leakguard.junit;

import java.io.PrintStream;

/** Writes messages that no test can fail with to standard error, in one piece. */
final class Console {
    private Console() {}

    @SuppressWarnings("SystemOut") // a test run's console is its user interface
    static void print(String text) {
        PrintStream err = System.err;
        err.println(text);
    }
}
