package io.leakguard.internal.track;

import org.jspecify.annotations.Nullable;

/**
 * The resource behind a handle. The program may bypass the handle: through a result, or by a method that may close it.
 */
public final class Proxied extends Delegate {

    private final Object resource;
    private final AutoCloseable closer;
    private volatile boolean unsure;

    /** {@code closer} closes the resource if the guard reclaims it. */
    public Proxied(Object resource, AutoCloseable closer) {
        this.resource = resource;
        this.closer = closer;
    }

    /** From now on the handle's collection alone proves nothing. */
    public void unsure() {
        unsure = true;
    }

    @Override
    Object resource() {
        return resource;
    }

    @Override
    @Nullable
    Boolean open() {
        Boolean open = Probes.open(closer);
        return open != null ? open : Probes.open(resource);
    }

    @Override
    boolean endIsUnknown() {
        return unsure && open() == null;
    }

    @Override
    public void close() throws Exception {
        closer.close();
    }
}
