package io.leakguard.junit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Refuses a JUnit that is too old, in one sentence. */
final class JUnitVersion {
    private JUnitVersion() {}

    /** The reason why this JUnit can't be used; null if it can. */
    static @Nullable String refusal() {
        try {
            Class.forName("org.junit.jupiter.api.AutoClose", false, Test.class.getClassLoader());
            return null;
        } catch (ClassNotFoundException e) {
            String version = Test.class.getPackage().getImplementationVersion();
            return "guard-test needs JUnit 5.11 or newer, and this is " + (version == null ? "older" : version)
                    + ": nothing is checked; update junit-jupiter, for instance by a newer junit-bom";
        } catch (LinkageError e) {
            return null; // no Jupiter: other engines' tests are checked without it
        }
    }
}
