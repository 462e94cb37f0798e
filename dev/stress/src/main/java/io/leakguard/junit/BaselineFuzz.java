package io.leakguard.junit;

import io.leakguard.fuzz.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Baseline files: the documented exception, or entries that are written as they were read. */
public final class BaselineFuzz {
    private BaselineFuzz() {}

    private static final String[] FRAGMENTS = {
        "file.input", " ", "com.acme.Config.load", "(unknown)", "#", "\n", "\r", "\t", "\uFEFF", "$", ".", "<init>"
    };

    public static void fuzzerTestOneInput(byte[] data) {
        Bytes in = new Bytes(data);
        String text = in.yes() ? in.text(60, FRAGMENTS) : new String(in.rest(), StandardCharsets.UTF_8);
        List<String> lines = text.lines().toList();
        List<String> entries;
        try {
            entries = Baseline.parse("leakguard-baseline.txt", lines);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (message.lines().count() > 1 || message.length() > 1_000) {
                throw new AssertionError("the message is not one line: " + message, e);
            }
            return;
        }
        if (!Baseline.parse("again", entries).equals(entries)) {
            throw new AssertionError("entries read back as others: " + entries);
        }
    }
}
