package io.leakguard.internal.config;

/** A text is no value of its setting. The message says which texts are. */
final class BadValue extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadValue(String expected) {
        super(expected, null, false, false);
    }

    String expected() {
        return String.valueOf(getMessage());
    }
}
