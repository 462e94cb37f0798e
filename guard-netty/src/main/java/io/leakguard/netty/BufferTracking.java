package io.leakguard.netty;

/** How completely a {@link NettyGuard} sees Netty's buffers. */
public enum BufferTracking {
    /** Every buffer that Netty's own detector could see is tracked, at the guard's cost. */
    EVERY("every buffer is tracked"),
    /**
     * Every buffer is tracked. Netty 4.1 also makes its own record of each, with a stack, at several times the cost.
     * Touches and handler names then go to Netty's records and not into the guard's reports.
     */
    EVERY_WITH_NETTYS_RECORD("every buffer is tracked, and Netty 4.1 makes its own record of each as well"),
    /** Installed too late: Netty's own detector handles buffers, and samples them. */
    SAMPLED_BY_NETTY("buffers are seen only as Netty's own detector samples them"),
    /**
     * No buffer is seen: the guard or its installation is closed, another guard tracks, or it was installed too late and
     * Netty's own detection is DISABLED.
     */
    NONE("no buffer is seen");

    private final String text;

    BufferTracking(String text) {
        this.text = text;
    }

    /**
     * Returns this in words.
     *
     * @return a phrase
     */
    public String text() {
        return text;
    }
}
