package io.leakguard.heap;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among the resources that a guard tracked as open. Immutable.
 *
 * {@snippet :
 * HeldBy old = HeldBy.read(dump, HolderFilter.ALL.kind("jdbc.*").olderThan(Duration.ofMinutes(5)));
 * }
 */
public final class HolderFilter {

    /** All open resources. Scopes are no resources: they are in only if {@link #kind} names them. */
    public static final HolderFilter ALL = new HolderFilter("", "", null, Duration.ZERO, Integer.MAX_VALUE);

    private final String kind;
    private final String site;
    private final Tracked.@Nullable Cause cause;
    private final Duration age;
    private final int number;
    private final Pattern kinds;
    private final Pattern sites;

    private HolderFilter(String kind, String site, Tracked.@Nullable Cause cause, Duration age, int number) {
        this.kind = kind;
        this.site = site;
        this.cause = cause;
        this.age = age;
        this.number = number;
        this.kinds = glob(kind);
        this.sites = glob(site);
    }

    /**
     * Takes resources of some kinds only.
     *
     * @param pattern a kind such as {@code socket}, or several: {@code jdbc.*}
     * @return a new filter
     */
    public HolderFilter kind(String pattern) {
        return new HolderFilter(filled("kind", pattern, "a kind, such as socket or jdbc.*"), site, cause, age, number);
    }

    /**
     * Takes resources only that lines with some text opened.
     *
     * @param text a part of the line, such as {@code OrderJobs.subscribe}; {@code *} stands for any text
     * @return a new filter
     */
    public HolderFilter site(String text) {
        return new HolderFilter(
                kind, filled("site", text, "a part of a line, such as OrderJobs.subscribe"), cause, age, number);
    }

    /**
     * Takes resources only that the guard had reported with a cause, or had not.
     *
     * @param name {@code escaped}, {@code overdue} or {@code growing}; {@code open} for those that were not reported
     * @return a new filter
     * @throws IllegalArgumentException if it is none of these
     */
    public HolderFilter cause(String name) {
        Tracked.Cause found = Tracked.Cause.of(name);
        if (found == null) {
            throw new IllegalArgumentException("'" + name + "' is not a cause: give escaped, overdue, growing or open");
        }
        return new HolderFilter(kind, site, found, age, number);
    }

    /**
     * Takes resources only that had been open for a time. One whose age the dump does not tell is in.
     *
     * @param least the shortest time
     * @return a new filter
     * @throws IllegalArgumentException if it is negative
     */
    public HolderFilter olderThan(Duration least) {
        if (least.isNegative()) {
            throw new IllegalArgumentException("an age of " + least + ": give 0 or more");
        }
        return new HolderFilter(kind, site, cause, least, number);
    }

    /**
     * Limits the number of lines of the answer to those with the most resources.
     *
     * @param lines 1 or more
     * @return a new filter
     * @throws IllegalArgumentException if it is less than 1
     */
    public HolderFilter most(int lines) {
        if (lines < 1) {
            throw new IllegalArgumentException(lines + " lines: give 1 or more");
        }
        return new HolderFilter(kind, site, cause, age, lines);
    }

    private static String filled(String what, String text, String expected) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the " + what + " is empty: give " + expected);
        }
        return text;
    }

    int number() {
        return number;
    }

    boolean takes(Tracked one) {
        return (kind.isEmpty()
                        ? !one.kind().equals("scope")
                        : kinds.matcher(one.kind()).matches())
                && (site.isEmpty() || sites.matcher(one.site()).find())
                && (cause == null || cause == one.cause())
                && (one.ageMillis() < 0 || one.ageMillis() >= age.toMillis());
    }

    private static Pattern glob(String text) {
        StringBuilder regex = new StringBuilder();
        for (String part : text.split("\\*", -1)) {
            regex.append(regex.length() == 0 ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString());
    }

    @Override
    public String toString() {
        return "kind " + (kind.isEmpty() ? "any" : kind) + ", site " + (site.isEmpty() ? "any" : site) + ", cause "
                + (cause == null ? "any" : cause.name().toLowerCase(Locale.ROOT)) + ", older than " + age;
    }
}
