package io.leakguard.frameworks;

/** How much the programs do. */
public final class Load {

    /** Requests of a program: 1,000, or {@code -Dframework.requests}. */
    public static final int REQUESTS = Integer.getInteger("framework.requests", 1_000);

    private Load() {}
}
