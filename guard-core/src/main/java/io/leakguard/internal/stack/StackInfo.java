package io.leakguard.internal.stack;

import io.leakguard.LeakPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A creation stack as elements, without the guard's own frames, with the blamed site. Shared by equal stacks. */
public final class StackInfo {
    public final List<StackTraceElement> frames;
    public final @Nullable StackTraceElement site;
    public final String siteText;
    /** The path of the application's frames; of libraries' if there are none. */
    public final LeakPath path;
    /** Whether the path has frames of the application. */
    public final boolean byApplication;

    StackInfo(List<StackTraceElement> frames, @Nullable StackTraceElement site, LeakPath path, boolean byApplication) {
        this.frames = frames;
        this.site = site;
        this.path = path;
        this.byApplication = byApplication;
        this.siteText = site == null ? "unknown" : text(site);
    }

    /** {@code OrderRepository.findOpen(OrderRepository.java:42)}. */
    public static String text(StackTraceElement frame) {
        String className = frame.getClassName();
        StringBuilder text = new StringBuilder(80)
                .append(className, className.lastIndexOf('.') + 1, className.length())
                .append('.')
                .append(frame.getMethodName())
                .append('(');
        if (frame.getFileName() != null) {
            text.append(frame.getFileName());
            if (frame.getLineNumber() >= 0) {
                text.append(':').append(frame.getLineNumber());
            }
        } else {
            text.append("unknown source");
        }
        return text.append(')').toString();
    }
}
