package io.leakguard.arch.upward.track;

public final class High {}
