package io.leakguard.arch.cycle.stack;

import io.leakguard.arch.cycle.track.Other;

/** One half of a cycle, which the rule forbids. */
public final class One {
    Other other;
}
