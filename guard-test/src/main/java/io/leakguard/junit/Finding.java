package io.leakguard.junit;

import java.util.List;
import java.util.Locale;

/**
 * Something that a test or a class left behind and that the guard doesn't track: a descriptor, a thread, a child process, a
 * temporary file, a changed setting of the JVM.
 *
 * @param item what it is
 * @param owner who left it: a test, its class if the test is not known, or the suite
 * @param candidates the tests of which one left it, if the owner is what they have in common
 * @param detail what became of it, or where a thread is and who started it
 * @param outcome how sure it is
 * @param check what it does
 * @param verdict what became of it: {@code warn}, {@code fail}, {@code allowed}, {@code known}, {@code long_lived}
 * @param because why it is accepted; empty if it isn't
 * @param longLived why it may live as long as the JVM; empty if there is no such reason
 */
record Finding(
        Item item,
        Unit owner,
        List<Unit> candidates,
        String detail,
        Outcome outcome,
        Settings.Check check,
        String verdict,
        String because,
        String longLived) {

    /**
     * What was found.
     *
     * @param kind the name that allowances are matched against: {@code descriptor.file}, {@code thread}, …
     * @param subject what it leads to, or its name: what allowances and baseline entries are matched against
     * @param what the text for people
     */
    record Item(String kind, String subject, String what) {}

    enum Outcome {
        /** The collector closed it, since nobody else had. */
        COLLECTED,
        /** It is still there. */
        LEFT
    }

    static Finding of(
            Item item,
            Unit owner,
            List<Unit> candidates,
            String detail,
            Outcome outcome,
            Settings.Check check,
            String longLived) {
        return new Finding(
                item, owner, candidates, detail, outcome, check, check.name().toLowerCase(Locale.ROOT), "", longLived);
    }

    /** The last part of the kind: file, socket, thread, … */
    String type() {
        return item.kind().startsWith("descriptor.") ? item.kind().substring("descriptor.".length()) : item.kind();
    }

    String subject() {
        return item.subject();
    }

    boolean isAccepted() {
        return !because.isEmpty();
    }

    boolean fails() {
        return verdict.equals("fail");
    }

    Finding accepted(String asVerdict, String reason) {
        return new Finding(item, owner, candidates, detail, outcome, check, asVerdict, reason, longLived);
    }

    Finding warning() {
        return new Finding(item, owner, candidates, detail, outcome, Settings.Check.WARN, "warn", because, longLived);
    }
}
