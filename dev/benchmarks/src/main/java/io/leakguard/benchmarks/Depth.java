package io.leakguard.benchmarks;

import java.util.function.Supplier;

/** Calls at a given stack depth. */
final class Depth {
    private Depth() {}

    static <T> T at(int depth, Supplier<T> call) {
        return depth <= 1 ? call.get() : at(depth - 1, call);
    }
}
