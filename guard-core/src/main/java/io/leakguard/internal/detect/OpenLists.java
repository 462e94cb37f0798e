package io.leakguard.internal.detect;

import io.leakguard.OpenResources;
import io.leakguard.internal.track.Registry;
import io.leakguard.internal.track.Tracker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Lists the open resources, with who holds them as far as that is known. Any thread. */
public final class OpenLists {

    private final Registry registry;
    private final HolderSearch holders;

    public OpenLists(Registry registry, HolderSearch holders) {
        this.registry = registry;
        this.holders = holders;
    }

    public OpenResources open() {
        return new Snapshot(registry, holders).take();
    }

    /** Passes the list on, at once or after a heap dump that is due: whoever asks so wants to know all. */
    public void pass(Consumer<OpenResources> reader) {
        if (!holders.before(() -> reader.accept(open()))) {
            reader.accept(open());
        }
    }

    /** Makes a heap dump first, and has it read. */
    public OpenResources withHolders(Duration timeout) throws IOException, InterruptedException {
        holders.findNow(timeout);
        return new Snapshot(registry, holders).take();
    }

    /** Tells what is open at the end of the guard. Ends each resource first, so that it is reported once. */
    public void tellAtTheEnd(Listeners listeners) {
        List<Tracker> ended = registry.end();
        OpenResources open = new Snapshot(registry, holders).of(ended);
        // If all of them are meant to live long, the guard says nothing: a redeploy is silent.
        if (open.groups().stream().anyMatch(group -> group.keptReason().isEmpty())) {
            listeners.tell(listener -> listener.onOpenAtShutdown(open));
        }
        registry.release(ended);
    }
}
