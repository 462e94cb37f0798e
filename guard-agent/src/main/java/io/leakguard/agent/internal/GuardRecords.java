package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import io.leakguard.internal.track.ObservedTable;
import org.jspecify.annotations.Nullable;

/** Records with the agent's own guard. */
record GuardRecords(ObservedTable table) implements Sink.Records {

    @Override
    public void opened(Object handle, ResourceKind kind, @Nullable Object description, @Nullable Object descriptors) {
        table.opened(handle, kind, description, descriptors);
    }

    @Override
    public void closed(Object handle) {
        table.closed(handle);
    }

    @Override
    public void part(Object handle) {
        table.forget(handle);
    }

    @Override
    public void descriptor(Object handle, Integer number) {
        table.descriptor(handle, number);
    }

    @Override
    public void describe(Object handle, Object description) {
        table.describe(handle, description);
    }
}
