package io.leakguard.arch.upward.base;

import io.leakguard.arch.upward.track.High;

/** Points up, which the rule forbids. */
public final class Low {
    High high = new High();
}
