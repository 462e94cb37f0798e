package io.leakguard.junit;

import io.leakguard.internal.base.Glob;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Things that libraries keep as long as the JVM lives, by design. The first test that uses such a library has not
 * leaked them.
 */
final class LongLived {

    private record Rule(String kind, String subject, String reason) {}

    private static final String DERBY = "embedded Derby keeps it until the JVM ends";
    private static final String H2 = "an embedded H2 database keeps it while it is open";
    private static final String HSQLDB = "an embedded HSQLDB keeps it until the JVM ends";

    private static final List<Rule> RULES = List.of(
            new Rule("descriptor.file", "*/seg0/*.dat", DERBY),
            new Rule("descriptor.file", "*/log/log*.dat", DERBY),
            new Rule("descriptor.file", "*/db.lck", DERBY),
            new Rule("descriptor.file", "*/derby.log", DERBY),
            new Rule("thread*", "derby.*", DERBY),
            new Rule("descriptor.file", "*.mv.db", H2),
            new Rule("thread*", "H2 *", H2),
            new Rule("thread*", "MVStore background*", H2),
            new Rule("thread*", "HSQLDB *", HSQLDB));

    private LongLived() {}

    /** The reason why something may exist at the end; null if there is none. */
    static @Nullable String reason(Finding.Item item) {
        for (Rule rule : RULES) {
            if (Glob.matches(rule.kind(), item.kind()) && Glob.matches(rule.subject(), item.subject())) {
                return rule.reason();
            }
        }
        return null;
    }

    /** The reason why a thread may exist, by the code that made it; null if there is none. */
    static @Nullable String reason(List<StackTraceElement> creation) {
        for (StackTraceElement frame : creation) {
            if (frame.getClassName().startsWith("org.springframework.test.context.cache.")) {
                return "of an application context that Spring's tests keep until the JVM ends";
            }
        }
        return null;
    }
}
