package io.leakguard.agent.internal;

import java.util.function.Supplier;

/** A size, turned into text on the guard's threads. */
record Bytes(long count) implements Supplier<String> {
    @Override
    public String get() {
        return count + " bytes";
    }
}
