package io.leakguard.internal;

import io.leakguard.LeakPath;
import io.leakguard.Suppression;
import io.leakguard.fuzz.Bytes;
import io.leakguard.internal.config.SuppressionFile;
import io.leakguard.internal.detect.SuppressionList;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Suppression files: the documented exception in one line, or suppressions that can be matched against any leak. */
public final class SuppressionFuzz {
    private SuppressionFuzz() {}

    private static final String[] FRAGMENTS = {
        "file.input",
        " ",
        " because ",
        "because",
        "*",
        "**",
        "com.acme.Config.*",
        "com.acme.",
        "#",
        "\n",
        "\r\n",
        "$",
        "?",
        "<init>",
        "\uFEFF",
        ".",
        "reason",
        "jdbc.*"
    };

    public static void fuzzerTestOneInput(byte[] data) {
        Bytes in = new Bytes(data);
        String text = in.yes() ? in.text(60, FRAGMENTS) : new String(in.rest(), StandardCharsets.UTF_8);
        List<Suppression> parsed;
        try {
            parsed =
                    SuppressionFile.parse("leakguard.suppressions", text.lines().toList());
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (message.lines().count() > 1 || message.length() > 1_600) {
                throw new AssertionError("the message is not one line: " + message, e);
            }
            return;
        }
        SuppressionList list = new SuppressionList(parsed);
        StackTraceElement frame = new StackTraceElement(
                "com.acme." + in.text(3, "Config", ".", "$", "*"),
                in.pick("load", "<init>", "lambda$0"),
                "Config.java",
                12);
        LeakPath path = LeakPath.of(List.of(frame, frame), in.text(3, "app", " ", "<"), "");
        list.matches(in.pick("file.input", "jdbc.connection", ""), List.of(frame, frame), path);
        if (list.uses().size() != parsed.size()) {
            throw new AssertionError("a suppression was lost");
        }
    }
}
