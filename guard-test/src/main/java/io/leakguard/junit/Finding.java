package io.leakguard.junit;

import java.util.List;
import java.util.Locale;

/**
 * Something that a test or a class left behind and that the guard doesn't track: a descriptor, a thread, a child
 * process, a temporary file, or a changed setting of the JVM.
 *
 * @param item the thing itself
 * @param owner the test that left it, its class if the test is unknown, or the suite
 * @param candidates the tests of which one left it, if the owner is the unit that contains them
 * @param detail its end, or where a thread is now and who started it
 * @param outcome how certain the finding is
 * @param check the effect of the finding
 * @param verdict its result: {@code warn}, {@code fail}, {@code allowed}, {@code known}, {@code long_lived}
 * @param because the reason why it is accepted; empty if it isn't
 * @param longLived the reason why it may live as long as the JVM; empty if there is none
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
     * The thing that was found.
     *
     * @param kind the name that allowances are matched against: {@code descriptor.file}, {@code thread}, …
     * @param subject its target or name, which allowances and baseline entries are matched against
     * @param what the text for people
     */
    record Item(String kind, String subject, String what) {}

    enum Outcome {
        /** The collector closed it, and nobody else had. */
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
