package io.leakguard;

import java.time.Instant;

/**
 * What leaked on one path so far, with one cause. A site that several callers open through has a row for each of them. If
 * there are more paths than the guard tells apart, one more row has the rest.
 *
 * @param cause why
 * @param kind what
 * @param siteText the line that opened it, or why that is unknown
 * @param pathText what tells the path from the others of this site, such as {@code via OrderJob.run(OrderJob.java:55)}; empty
 *     if there is no caller in the application
 * @param path the path; {@link LeakPath#UNKNOWN} in a row of paths that are not told apart
 * @param occurrences how many leaked on this path, exact also where reports were rate-limited
 * @param firstSeen when the first was found
 * @param lastSeen when the last was found
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
