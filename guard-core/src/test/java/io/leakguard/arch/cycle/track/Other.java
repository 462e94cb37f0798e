package io.leakguard.arch.cycle.track;

import io.leakguard.arch.cycle.stack.One;

public final class Other {
    One one;
}
