package io.leakguard.agent.internal;

import org.jspecify.annotations.Nullable;

/** A value that a hook passes on, available in the hooked method. */
sealed interface Value {

    /** The object itself, or the first argument of a static method. */
    Value THIS = new Argument(0, null);

    /** The result of the method. */
    Value RESULT = new Result();

    /** Nothing. */
    Value NULL = new Nothing();

    /** A reference in a local variable; {@code as} casts it. */
    record Argument(int slot, @Nullable String as) implements Value {}

    /** A field of {@code of}; an int is boxed. */
    record Field(Value of, String owner, String name, String descriptor) implements Value {}

    /** See {@link #RESULT}. */
    record Result() implements Value {}

    /** See {@link #NULL}. */
    record Nothing() implements Value {}

    static Value argument(int slot) {
        return new Argument(slot, null);
    }
}
