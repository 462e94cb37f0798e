package io.leakguard.internal.track;

/**
 * Keeps a held resource reachable, and looks at it once when that has ended: whether anybody else can reach it.
 *
 * <p>Only a finalizer can do this. When the collector finds nothing that reaches the resource but unreachable objects of
 * this class, it clears weak references to it and yet hands it to the finalizer alive, so that it can be asked whether it is
 * open. A phantom reference tells that a resource is gone, when it can't be asked any more; and any other reference to it
 * would hide that nobody else has one. Where finalization is off ({@code --finalization=disabled}, native images), nothing
 * is asked, and a held resource that is collected counts as "of unknown end", never as a leak.
 */
public final class LastLook {

    private final Held held;
    private final Object resource;

    LastLook(Held held, Object resource) {
        this.held = held;
        this.resource = resource;
    }

    public Held held() {
        return held;
    }

    @Override
    @SuppressWarnings({"deprecation", "removal", "Finalize"}) // see above
    protected void finalize() {
        try {
            held.unheld(resource);
        } catch (Throwable t) {
            held.failed(t);
        }
    }
}
