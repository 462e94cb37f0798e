package io.leakguard.spring;

import io.leakguard.watch.ResourceWatch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/** Starts the watch once the application is ready, on a thread of its own: its first look would be part of the start otherwise. */
final class WatchStart implements ApplicationListener<ApplicationEvent> {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard");

    /** A first look takes a tenth of it on a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** Is told of the watch once it runs. */
    interface Listener {
        void started(ResourceWatch watch);
    }

    private final ObjectProvider<ResourceWatch> watch;
    private final ObjectProvider<Listener> listeners;
    private volatile @Nullable Thread starting;

    WatchStart(ObjectProvider<ResourceWatch> watch, ObjectProvider<Listener> listeners) {
        this.watch = watch;
        this.listeners = listeners;
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        if (event instanceof ApplicationReadyEvent) {
            Thread thread = new Thread(this::start, "leakguard-watch-start");
            thread.setDaemon(true);
            starting = thread;
            thread.start();
        } else if (event instanceof ContextClosedEvent) {
            await(); // no bean can be made while the context is being closed
        }
    }

    private void start() {
        try {
            ResourceWatch started = watch.getIfAvailable();
            if (started != null) {
                listeners.orderedStream().forEach(listener -> listener.started(started));
            }
        } catch (RuntimeException e) {
            LOG.error("the watch could not be started: set leakguard.spring.watch=false if it is not wanted", e);
        }
    }

    private void await() {
        Thread thread = starting;
        if (thread != null) {
            try {
                thread.join(LONGEST.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
