package io.leakguard.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A short run with a fixed seed; a long one that is led by coverage is the business of {@code -Pfuzz}. */
class FuzzTest {

    private static final int INPUTS = 10_000;

    static Stream<Arguments> targets() {
        return Fuzz.TARGETS.stream().map(t -> Arguments.of(t.type().getSimpleName(), t.target()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void bad_input_gives_the_documented_exception_or_an_answer(String name, Fuzz.Target target) throws IOException {
        Fuzz.random(target, INPUTS, name.hashCode());
    }

    @Test
    void the_bytes_give_the_same_for_the_same() {
        byte[] data = {7, 0, 1, (byte) 200, 3, 99, 98, 97, 4, 5};
        assertThat(new Bytes(data).text(5, "a", "b")).isEqualTo(new Bytes(data).text(5, "a", "b"));
        assertThat(new Bytes(new byte[0]).text(5, "a")).isEmpty();
    }
}
