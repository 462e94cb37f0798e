package io.leakguard.internal.track;

/**
 * Keeps a held resource reachable. When that has ended, it checks once whether anybody else can reach the resource.
 *
 * Only a finalizer can do this. If only unreachable objects of this class reach the resource, the collector clears weak
 * references to it and still hands it to the finalizer alive, which can ask whether it is open. A phantom reference
 * comes when the resource is gone and can't be asked. Any other reference to it would hide that nobody else has one.
 * Without finalization ({@code --finalization=disabled}, native images) nothing is asked, and a collected held resource
 * counts as "of unknown end", never as a leak.
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
