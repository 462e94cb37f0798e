package io.leakguard.internal.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.leakguard.LeakReport.Touch;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which lines used a resource that no line of the application opened. */
class PathTrailTest {

    private static Touch touch(String hint, String... lines) {
        return new Touch(
                hint,
                "t",
                Instant.EPOCH,
                Arrays.stream(lines)
                        .map(line -> line.split(":"))
                        .map(line -> new StackTraceElement(line[0], line[1], "Order.java", Integer.parseInt(line[2])))
                        .toList());
    }

    private static String first(Touch... touches) {
        return PathTrail.firstUse(
                List.of(touches), frame -> frame.getClassName().startsWith("com.acme."));
    }

    private static String last(Touch... touches) {
        return PathTrail.lastUse(
                List.of(touches), first(touches), frame -> frame.getClassName().startsWith("com.acme."));
    }

    @Test
    void the_first_and_the_last_line_of_the_application_are_named() {
        Touch[] touches = {
            touch("", "io.netty.ByteBuf:get:1"),
            touch("", "io.netty.ByteBuf:get:1", "com.acme.Order:read:31", "com.acme.Main:main:1"),
            touch("", "io.netty.ByteBuf:get:1", "com.acme.Order:check:44"),
            touch("", "io.netty.ByteBuf:retain:1", "com.acme.Order:keep:58"),
            touch("", "io.netty.ByteBuf:touch:1")
        };
        assertThat(first(touches)).isEqualTo("com.acme.Order.read(Order.java:31)");
        assertThat(last(touches)).isEqualTo("Order.keep(Order.java:58)");
    }

    @Test
    void a_last_use_that_is_the_first_is_not_named_twice_and_none_is_empty() {
        assertThat(last(touch("", "com.acme.Order:read:31"), touch("", "io.netty.ByteBuf:get:1")))
                .isEmpty();
        assertThat(last()).isEmpty();
        assertThat(first(touch("parsed 12", "io.netty.ByteBuf:touch:1"))).isEqualTo("parsed #");
        assertThat(last(touch("parsed 12", "io.netty.ByteBuf:touch:1"))).isEmpty();
    }
}
