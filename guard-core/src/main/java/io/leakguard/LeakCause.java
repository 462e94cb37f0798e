package io.leakguard;

/** The reason for a report, and its confidence. */
public enum LeakCause {
    /** The handle was garbage-collected and never closed. */
    COLLECTED(Confidence.PROVEN, "collected while open"),
    /** Its scope ended while it was open, and it was not handed off. */
    ESCAPED_SCOPE(Confidence.PROVEN, "still open when its scope ended"),
    /** Open longer than the limit of its kind or scope. A late-release notice follows if it is closed later. */
    OVERDUE(Confidence.SUSPECTED, "open longer than its limit"),
    /** The number of open resources of one site keeps rising, by a trend test. */
    GROWING(Confidence.SUSPECTED, "the number open keeps growing"),
    /** Still open when the guard was closed. */
    OPEN_AT_SHUTDOWN(Confidence.INFORMATIONAL, "open at shutdown");

    private final Confidence confidence;
    private final String text;

    /** The confidence of a report. */
    public enum Confidence {
        /** It is a leak: nobody can close it any more, or its owner has ended. */
        PROVEN,
        /** It looks like a leak; slow is not leaked. Never fails a test unless asked to. */
        SUSPECTED,
        /** It may be intended. */
        INFORMATIONAL
    }

    LeakCause(Confidence confidence, String text) {
        this.confidence = confidence;
        this.text = text;
    }

    /**
     * Returns the confidence of a report of this cause.
     *
     * @return the confidence
     */
    public Confidence confidence() {
        return confidence;
    }

    /**
     * Returns the cause in words, for all kinds of resources.
     *
     * @return a phrase such as {@code collected while open}
     */
    public String text() {
        return text;
    }

    /**
     * Returns the cause in words, for a kind of resource: with the call that ends it, as in a log line.
     *
     * @param kind the kind of the leaked resource
     * @return a phrase such as {@code collected without release()}
     */
    public String text(ResourceKind kind) {
        return this == COLLECTED ? "collected without " + kind.end() : text;
    }
}
