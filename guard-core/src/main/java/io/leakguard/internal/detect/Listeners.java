package io.leakguard.internal.detect;

import io.leakguard.LeakListener;
import io.leakguard.internal.base.Drops;
import io.leakguard.internal.base.Failures;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** The listeners of one guard, each called on a thread of its own. Any thread. */
public final class Listeners {

    private final Failures failures;
    private final Drops drops;
    private final String guardName;
    private final List<Dispatcher> dispatchers = new CopyOnWriteArrayList<>();
    private int number;

    public Listeners(Failures failures, Drops drops, String guardName) {
        this.failures = failures;
        this.drops = drops;
        this.guardName = guardName;
    }

    public LeakListener.Registration add(LeakListener listener) {
        Dispatcher dispatcher;
        synchronized (dispatchers) {
            dispatcher = new Dispatcher(listener, failures, "leakguard-listener-" + guardName + "-" + ++number, drops);
            dispatchers.add(dispatcher);
        }
        return () -> {
            if (dispatchers.remove(dispatcher)) {
                dispatcher.remove();
            }
        };
    }

    /** Calls each listener, on its thread. */
    public void tell(Consumer<LeakListener> call) {
        for (Dispatcher d : dispatchers) {
            d.dispatch(call);
        }
    }

    /** Waits until all calls so far have been delivered; false if that takes too long. */
    public boolean flush(Patience patience) {
        List<Dispatcher> all = List.copyOf(dispatchers);
        CountDownLatch delivered = new CountDownLatch(all.size());
        for (Dispatcher d : all) {
            if (!patience.until(() -> d.mark(delivered))) {
                return false;
            }
        }
        return patience.await(delivered);
    }

    /** Ends the threads after they have delivered waiting calls; {@code deadline} by {@link System#nanoTime}. */
    public boolean stop(long deadline, boolean wait) {
        boolean interrupted = false;
        for (Dispatcher d : dispatchers) {
            d.shutdown();
        }
        for (Dispatcher d : dispatchers) {
            boolean ended = false;
            while (wait && !ended && System.nanoTime() - deadline < 0) {
                try {
                    ended = d.await(deadline - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (!ended) {
                d.shutdownNow();
            }
        }
        return interrupted;
    }
}
