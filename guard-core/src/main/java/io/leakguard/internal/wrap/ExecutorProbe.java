package io.leakguard.internal.wrap;

import io.leakguard.adapter.ResourceProbe;
import java.util.concurrent.ExecutorService;

/** An executor is open until it is shut down. */
record ExecutorProbe(ExecutorService executor) implements ResourceProbe {

    @Override
    public boolean isOpen() {
        return !executor.isShutdown();
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
