package io.leakguard.junit;

import io.leakguard.LeakCause;
import io.leakguard.LeakReport;
import io.leakguard.internal.base.Glob;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Things that libraries keep as long as the JVM lives, by design. The first test that uses such a library has not
 * leaked them.
 */
final class LongLived {

    private record Rule(String kind, String subject, String reason) {}

    private static final String SPRING = "of an application context that Spring's tests keep until the JVM ends";
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

    /** Code whose resources outlive the test that needed them first. */
    private static final Map<String, String> KEEPERS = Map.of(
            "org.springframework.test.context.cache.",
            SPRING,
            "org.apache.derby.",
            DERBY,
            "org.h2.store.",
            H2,
            "org.h2.mvstore.",
            H2,
            "org.hsqldb.persist.",
            HSQLDB,
            "sun.net.www.http.",
            "the JDK keeps a connection for the next request",
            "jdk.internal.net.http.",
            "of a client, which keeps a connection for the next request");

    /** Why something that the agent has seen may be open, by the code that opened it; null if there is no such reason. */
    static @Nullable String reason(LeakReport report) {
        if (report.cause() != LeakCause.ESCAPED_SCOPE) {
            return null;
        }
        boolean ofClient = report.kind().name().equals("http.client"); // opened there, and closed by who made it
        for (StackTraceElement frame : report.stack()) {
            for (Map.Entry<String, String> keeper : KEEPERS.entrySet()) {
                if (frame.getClassName().startsWith(keeper.getKey())
                        && !(ofClient && keeper.getKey().startsWith("jdk."))) {
                    return keeper.getValue();
                }
            }
        }
        return null;
    }

    /** Why a thread may be there, by the code that made it; null if there is no such reason. */
    static @Nullable String reason(List<StackTraceElement> creation) {
        for (StackTraceElement frame : creation) {
            if (frame.getClassName().startsWith("org.springframework.test.context.cache.")) {
                return SPRING;
            }
        }
        return null;
    }
}
