package io.leakguard.frameworks;

/** The amount of the programs' work. */
public final class Load {

    /** Requests of a program: 1,000, or {@code -Dframework.requests}. */
    public static final int REQUESTS = Integer.getInteger("framework.requests", 1_000);

    private Load() {}
}
