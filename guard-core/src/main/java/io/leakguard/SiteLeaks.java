package io.leakguard;

import java.time.Instant;

/**
 * What leaked from one site so far, with one cause.
 *
 * @param cause why
 * @param kind what
 * @param siteText the line that opened it, or why that is unknown
 * @param occurrences how many leaked, exact also where reports were rate-limited
 * @param firstSeen when the first was found
 * @param lastSeen when the last was found
 * @param lastReport the newest report of this site
 */
public record SiteLeaks(
        LeakCause cause,
        ResourceKind kind,
        String siteText,
        long occurrences,
        Instant firstSeen,
        Instant lastSeen,
        LeakReport lastReport) {}
