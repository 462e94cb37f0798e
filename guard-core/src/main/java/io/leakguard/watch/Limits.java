package io.leakguard.watch;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code /proc/<pid>/limits}.
 *
 * @param soft the enforced limit, {@link Long#MAX_VALUE} if unlimited, empty if unknown
 * @param hard the highest value that the soft limit can get
 */
record Limits(OptionalLong soft, OptionalLong hard) {

    static final Limits UNKNOWN = new Limits(OptionalLong.empty(), OptionalLong.empty());

    static Limits parse(@Nullable String text, String name) {
        if (text == null) {
            return UNKNOWN;
        }
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(name + " ")) {
                String[] fields = line.substring(name.length()).strip().split("\\s+", -1);
                return fields.length < 2 ? UNKNOWN : new Limits(value(fields[0]), value(fields[1]));
            }
        }
        return UNKNOWN;
    }

    private static OptionalLong value(String field) {
        return field.equals("unlimited") ? OptionalLong.of(Long.MAX_VALUE) : ProcFs.parseLong(field);
    }
}
