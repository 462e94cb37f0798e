package io.leakguard.spring;

import io.leakguard.micrometer.ResourceWatchMetrics;
import io.leakguard.watch.ResourceWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The watch's metrics in those registries that Boot binds to. They are made before the watch is, and wait for it. */
final class WatchMeters implements MeterBinder, WatchStart.Listener, AutoCloseable {

    private final List<MeterRegistry> waiting = new ArrayList<>();
    private @Nullable ResourceWatchMetrics metrics;
    private boolean closed;

    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        if (metrics != null) {
            metrics.bindTo(registry);
        } else if (!closed) {
            waiting.add(registry);
        }
    }

    @Override
    public synchronized void started(ResourceWatch watch) {
        if (closed || metrics != null) {
            return;
        }
        ResourceWatchMetrics made = ResourceWatchMetrics.of(watch);
        metrics = made;
        waiting.forEach(made::bindTo);
        waiting.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
        if (metrics != null) {
            metrics.close();
        }
    }
}
