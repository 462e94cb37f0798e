package io.leakguard.internal.detect;

import io.leakguard.LeakCause;
import io.leakguard.LeakPath;
import io.leakguard.LeakReport;
import io.leakguard.ResourceKind;
import io.leakguard.internal.base.Clock;
import io.leakguard.internal.base.Text;
import io.leakguard.internal.stack.CreationStack;
import io.leakguard.internal.stack.PathTrail;
import io.leakguard.internal.stack.SiteFinder;
import io.leakguard.internal.stack.StackInfo;
import io.leakguard.internal.track.KindState;
import io.leakguard.internal.track.Kinds;
import io.leakguard.internal.track.Probes;
import io.leakguard.internal.track.ScopeImpl;
import io.leakguard.internal.track.TouchRecord;
import io.leakguard.internal.track.Tracker;
import io.leakguard.internal.track.UseScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Explains a leak: turns its tracker into a report, unless the leak is suppressed. On the loop's thread. */
public final class ReportFactory {

    private static final int MAX_CHILDREN = 100;
    private static final int MAX_DEPTH = 8;

    private final Clock clock;
    private final Kinds kinds;
    private final SiteFinder siteFinder;
    private final SuppressionList suppressions;
    private final AtomicLong suppressed = new AtomicLong();

    public ReportFactory(Clock clock, Kinds kinds, SiteFinder siteFinder, SuppressionList suppressions) {
        this.clock = clock;
        this.kinds = kinds;
        this.siteFinder = siteFinder;
        this.suppressions = suppressions;
    }

    /** The number of suppressed leaks. Any thread. */
    public long suppressed() {
        return suppressed.get();
    }

    /** Tells whether a leak is accepted, and counts it if it is. */
    boolean isSuppressed(ResourceKind kind, List<StackTraceElement> frames, LeakPath path) {
        boolean accepted = suppressions.matches(kind.name(), frames, path);
        if (accepted) {
            suppressed.incrementAndGet();
        }
        return accepted;
    }

    /** Explains a leak; null if it is suppressed. */
    @Nullable
    ReportImpl explain(Tracker t, LeakCause cause, String outcome, String detail, List<StackTraceElement> threadNow) {
        long now = clock.nanos();
        long wallNow = clock.wallMillis(); // read together: the rest takes a while, and the two must agree
        StackInfo info = t.explained();
        List<StackTraceElement> frames = info != null ? info.frames : List.of();
        List<LeakReport.Touch> touches = touches(t, now, wallNow);
        // The identity of a leak: its frames, and its last holder. If no frame is the application's, its first user
        // too.
        boolean byApplication = info != null && info.byApplication;
        LeakPath path = PathTrail.path(
                info, Probes.lastHolder(t), byApplication ? "" : PathTrail.firstUse(touches, siteFinder::isBlamable));
        String lastUse = byApplication ? "" : PathTrail.lastUse(touches, path.firstUse(), siteFinder::isBlamable);
        if (isSuppressed(t.kind.kind, frames, path)) {
            return null;
        }
        boolean escalated = t.kind.isEscalated(now);
        if (info == null) {
            t.kind.escalate(now);
        }
        ScopeImpl scope = UseScope.of(t);
        Object ofOpening = t.span();
        Object span = ofOpening != null || scope == null ? ofOpening : scope.span;
        long openNanos = Math.max(0, now - t.openedNanos);
        List<LeakReport.Child> children = new ArrayList<>();
        long childCount = children(t, children, 0);
        return new ReportImpl.Builder(cause, t.kind.kind, Descriptions.text(t.description))
                .site(
                        info != null ? info.site : null,
                        info != null ? info.siteText : whyNoStack(t.kind, escalated),
                        frames)
                .path(path, lastUse)
                .thread(t.threadLabel(), t.threadId, threadNow)
                .times(
                        Instant.ofEpochMilli(wallNow - TimeUnit.NANOSECONDS.toMillis(openNanos)),
                        Instant.ofEpochMilli(wallNow),
                        Duration.ofNanos(openNanos))
                .scope(scope == null ? List.of() : scope.path(), t.attributes(scope), span)
                .touches(touches, t.touchCount())
                .children(List.copyOf(children), childCount)
                .outcome(outcome, detail)
                .build();
    }

    private List<LeakReport.Touch> touches(Tracker t, long now, long wallNow) {
        List<LeakReport.Touch> touches = new ArrayList<>();
        for (TouchRecord touch : t.touches()) {
            CreationStack where = touch.stack();
            touches.add(new LeakReport.Touch(
                    Descriptions.text(touch.hint()),
                    touch.threadName(),
                    Instant.ofEpochMilli(wallNow - TimeUnit.NANOSECONDS.toMillis(now - touch.nanos())),
                    where == null ? List.of() : siteFinder.explain(where.getStackTrace(), "").frames));
        }
        return List.copyOf(touches);
    }

    private String whyNoStack(KindState kind, boolean escalated) {
        String why = "no creation stack: the capture budget (" + kinds.capture() + ") was used up";
        if (kind.escalationNanos() == 0) {
            return why + "; escalation is off";
        }
        return why
                + (escalated
                        ? ", opened before its kind was raised to full capture"
                        : "; " + kind.kind + " is now captured in full for "
                                + Text.duration(Duration.ofNanos(kind.escalationNanos())));
    }

    private long children(Tracker parent, List<LeakReport.Child> into, int depth) {
        long n = 0;
        for (Tracker child : children(parent)) {
            if (child.isClosed() || child.has(Tracker.SETTLED | Tracker.NO_LEAK)) {
                continue;
            }
            n++;
            if (into.size() < MAX_CHILDREN) {
                StackInfo info = child.explained();
                into.add(new LeakReport.Child(
                        child.kind.kind,
                        Descriptions.text(child.description),
                        info != null ? info.siteText : "no creation stack"));
            }
            if (depth < MAX_DEPTH) {
                n += children(child, into, depth + 1);
            }
        }
        return n;
    }

    /** The open children: opened under it, or taken over by it. */
    private static Iterable<Tracker> children(Tracker parent) {
        List<Tracker> parts = Probes.parts(parent);
        List<Tracker> children = Arrays.asList(parent.children());
        if (parts.isEmpty()) {
            return children;
        }
        Set<Tracker> all = new LinkedHashSet<>(children);
        all.addAll(parts);
        return all;
    }
}
