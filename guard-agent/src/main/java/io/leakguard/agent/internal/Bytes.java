package io.leakguard.agent.internal;

import java.util.OptionalLong;
import java.util.function.Supplier;

/** A size, turned into text on the guard's threads. */
record Bytes(long count) implements Supplier<String> {
    private static final String UNIT = " bytes";

    /** The size in such a text; empty if it is another text. */
    static OptionalLong of(String text) {
        try {
            return text.endsWith(UNIT)
                    ? OptionalLong.of(Long.parseLong(text.substring(0, text.length() - UNIT.length())))
                    : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public String get() {
        return count + UNIT;
    }
}
