package io.leakguard.agent.internal;

import java.util.function.Supplier;

/** A text that is made on the guard's threads, of something that refers to no handle. */
record Later(Object of) implements Supplier<String> {
    @Override
    public String get() {
        return of.toString();
    }
}
