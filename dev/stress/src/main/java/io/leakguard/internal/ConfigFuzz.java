package io.leakguard.internal;

import io.leakguard.CaptureBudget;
import io.leakguard.fuzz.Bytes;
import io.leakguard.internal.config.Config;
import java.util.List;

/**
 * Settings: the documented exception, which names the setting in one line, or settings with which a guard can be made.
 */
public final class ConfigFuzz {
    private ConfigFuzz() {}

    private static final String[] FRAGMENTS = {
        "true",
        "false",
        "unlimited",
        "none",
        "2000/s",
        "/s",
        "5min",
        "30s",
        "ms",
        "h",
        "d",
        "0",
        "-1",
        "1",
        "PT5S",
        "P",
        ",",
        "=",
        "*",
        "socket=",
        "jdbc.connection=30s",
        "com.acme",
        ".",
        "999999999999999999",
        "18446744073709551616",
        "HUP",
        "USR2",
        "e9",
        " "
    };

    public static void fuzzerTestOneInput(byte[] data) {
        Bytes in = new Bytes(data);
        Config config = Config.defaults();
        List<String> keys = Config.keys();
        int settings = 1 + in.below(4);
        for (int i = 0; i < settings; i++) {
            String key = in.below(8) == 0
                    ? in.text(4, "leakguard.", "capture", "report", ".", "x")
                    : keys.get(in.below(keys.size()));
            String value = in.text(6, FRAGMENTS);
            if (key.endsWith("suppressions") && !value.isEmpty()) {
                value = "target/no-such-folder/" + value.replace('/', '_'); // not whatever this machine has
            }
            try {
                config.set(key, value, "fuzz");
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage());
                if (message.lines().count() > 1 || message.length() > 3_000) {
                    throw new AssertionError("the message is not one line: " + message, e);
                }
                if (keys.contains(key) && !message.contains(key)) {
                    throw new AssertionError("the message doesn't name " + key + ": " + message, e);
                }
            }
        }
        config.snapshot();
        String budget = in.text(3, FRAGMENTS);
        try {
            String again = CaptureBudget.parse(budget).toString();
            if (!CaptureBudget.parse(again).toString().equals(again)) {
                throw new AssertionError("a budget reads back as another: " + again);
            }
        } catch (IllegalArgumentException e) {
            // documented
        }
    }
}
