package io.leakguard.agent.internal;

import java.util.function.Supplier;

/** A size as a text that is made on the guard's threads. */
record Bytes(long count) implements Supplier<String> {
    @Override
    public String get() {
        return count + " bytes";
    }
}
