package io.leakguard.spring;

import io.leakguard.watch.ResourceWatch;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/** Starts the watch when the application is ready, so that its first look does not slow the start. */
final class WatchStart implements ApplicationListener<ApplicationReadyEvent> {

    private final ObjectProvider<ResourceWatch> watch;

    WatchStart(ObjectProvider<ResourceWatch> watch) {
        this.watch = watch;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        watch.getIfAvailable();
    }
}
