package io.leakguard.micrometer;

import io.leakguard.watch.ResourceWatch;
import io.leakguard.watch.WatchMetric;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Binds the metrics of a {@link ResourceWatch} to Micrometer registries: memory by part, stalls, swap, deleted and temporary
 * files, sockets, ports, and the worst level. {@link WatchMetric} lists them; the names are those of OpenTelemetry.
 *
 * <p>A registry reads the watch's last status; nothing runs in between. A value that the system doesn't provide has no
 * meter. Its meter is made at the first reading after the value exists.
 *
 * <p>The meters hold the watch. Thread-safe.
 *
 * {@snippet :
 * ResourceWatch watch = ResourceWatch.start(guard);
 * ResourceWatchMetrics.of(watch).bindTo(registry);
 * }
 */
public final class ResourceWatchMetrics implements MeterBinder, AutoCloseable {

    private final ResourceWatch watch;
    private final Iterable<Tag> tags;
    private final Map<MeterRegistry, WatchMeters> bound = new ConcurrentHashMap<>();

    private ResourceWatchMetrics(ResourceWatch watch, Iterable<Tag> tags) {
        this.watch = watch;
        this.tags = tags;
    }

    /**
     * Returns the metrics of a watch.
     *
     * @param watch the watch
     * @return a binder, to be closed before the watch
     */
    public static ResourceWatchMetrics of(ResourceWatch watch) {
        return of(watch, Tags.empty());
    }

    /**
     * Returns the metrics of a watch with additional tags.
     *
     * @param watch the watch
     * @param tags tags that are added to each meter
     * @return a binder, to be closed before the watch
     */
    public static ResourceWatchMetrics of(ResourceWatch watch, Iterable<Tag> tags) {
        return new ResourceWatchMetrics(Objects.requireNonNull(watch, "watch"), Tags.of(tags));
    }

    /**
     * Adds the meters to a registry. Does nothing if the registry has them.
     *
     * @param registry the registry
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        bound.computeIfAbsent(registry, r -> new WatchMeters(watch, r, tags));
    }

    /** Removes the meters from the registries. Closing again does nothing. */
    @Override
    public void close() {
        bound.keySet().forEach(registry -> {
            WatchMeters meters = bound.remove(registry);
            if (meters != null) {
                meters.close();
            }
        });
    }
}
