package io.leakguard;

import java.time.Instant;

/**
 * The leaks on one path so far, with one cause. A site has a row for each caller that opens resources through it. If
 * there are more paths than the guard distinguishes, one more row has the rest.
 *
 * @param cause the cause
 * @param kind the kind of the resources
 * @param siteText the line that opened them, or the reason why that is unknown
 * @param pathText the part that distinguishes the path from the others of this site, such as
 *     {@code via OrderJob.run(OrderJob.java:55)}; empty if there is no caller in the application
 * @param path the path; {@link LeakPath#UNKNOWN} in a row of paths that are not distinguished
 * @param occurrences the number of leaks on this path, exact even if reports were rate-limited
 * @param firstSeen the time of the first finding
 * @param lastSeen the time of the last finding
 * @param lastReport the report of this path that explains most, the newest of several
 */
public record SiteLeaks(
        LeakCause cause,
        ResourceKind kind,
        String siteText,
        String pathText,
        LeakPath path,
        long occurrences,
        Instant firstSeen,
        Instant lastSeen,
        LeakReport lastReport) {}
