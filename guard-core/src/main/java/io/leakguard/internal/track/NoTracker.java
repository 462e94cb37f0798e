package io.leakguard.internal.track;

import io.leakguard.LeakPath;
import io.leakguard.LeakTracker;
import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The tracker of a resource that is not tracked. */
public final class NoTracker implements LeakTracker {

    public static final LeakTracker INSTANCE = new NoTracker();

    private NoTracker() {}

    @Override
    public boolean close() {
        return false;
    }

    @Override
    public boolean closeLate(String why) {
        return false;
    }

    @Override
    public boolean isOpen() {
        return false;
    }

    @Override
    public void touch(@Nullable Object hint) {}

    @Override
    public void endChildren(Predicate<? super @Nullable AutoCloseable> which) {}

    @Override
    public String siteText() {
        return "";
    }

    @Override
    public LeakPath path() {
        return LeakPath.UNKNOWN;
    }

    @Override
    public List<StackTraceElement> stack() {
        return List.of();
    }

    @Override
    public List<String> scopes() {
        return List.of();
    }

    @Override
    public ResourceKind kind() {
        return ResourceKind.CLOSEABLE;
    }

    @Override
    public Duration age() {
        return Duration.ZERO;
    }

    @Override
    public String toString() {
        return "not tracked";
    }
}
