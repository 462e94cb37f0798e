package io.leakguard.agent.internal;

import java.util.function.Supplier;

/** Turned into text on the guard's threads. The object refers to no handle. */
record Later(Object of) implements Supplier<String> {
    @Override
    public String get() {
        return of.toString();
    }
}
