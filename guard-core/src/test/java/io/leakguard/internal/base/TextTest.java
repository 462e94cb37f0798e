package io.leakguard.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a log line shows, at the bounds between its forms. */
class TextTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 µs",
        "PT0.000999999S, 999 µs",
        "PT0.001S, 1 ms",
        "PT0.999S, 999 ms",
        "PT1S, 1.0 s",
        "PT9.94S, 9.9 s",
        "PT10S, 00:00:10",
        "PT1M7S, 00:01:07",
        "PT23H59M59S, 23:59:59",
        "PT24H, 1d 00:00:00",
        "PT49H2M3S, 2d 01:02:03"
    })
    void a_duration_is_shown_in_the_form_that_says_most(Duration duration, String text) {
        assertThat(Text.duration(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1536, 1.5 KiB",
        "1048576, 1.0 MiB",
        "1073741824, 1.0 GiB",
        "1099511627776, 1.0 TiB",
        "1125899906842624, 1024.0 TiB"
    })
    void bytes_are_shown_in_the_greatest_unit(long bytes, String text) {
        assertThat(Text.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 leaks", "1, 1 leak", "2, 2 leaks"})
    void one_is_not_more(long n, String text) {
        assertThat(Text.count(n, "leak")).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "plain ~,plain ~",
                "caf\u00e9 \ud83d\ude00,caf\u00e9 \ud83d\ude00",
                "a\u0000b,a\\u0000b",
                "a\u001fb,a\\u001fb",
                "a\u007fb,a\\u007fb",
                "right\u202eleft,right\\u202eleft",
                "a\u2028b,a\\u2028b",
                "a\u2029b,a\\u2029b",
                "a\ud83d,a\\ud83d",
                "a\ud83db,a\\ud83db",
                "\ude00a,\\ude00a",
                "a\ude00,a\\ude00",
                "a\u0378b,a\\u0378b"
            })
    void what_could_forge_or_garble_a_line_is_escaped(String text, String safe) {
        assertThat(Text.safe(text, 100)).isEqualTo(safe);
    }

    @ParameterizedTest
    @CsvSource({
        "abc, 3, abc",
        "abcd, 3, abc…",
        "a\ud83d\ude00, 3, a\ud83d\ude00",
        "a\ud83d\ude00b, 2, a…",
        "\ud83d\ude00, 1, …"
    })
    void a_long_text_is_cut_and_not_within_a_character(String text, int max, String safe) {
        assertThat(Text.safe(text, max)).isEqualTo(safe);
    }

    @ParameterizedTest
    @CsvSource({"'a\nb', a\\nb", "'a\rb', a\\rb", "'a\tb', a\\tb"})
    void what_ends_a_line_or_moves_on_in_it_has_its_usual_escape(String text, String safe) {
        assertThat(Text.safe(text, 100)).isEqualTo(safe);
    }

    @Test
    void what_is_invisible_or_reorders_is_shown_as_an_escape() {
        assertThat(Text.safe("a\u202eb\u2066c\u0007\n\ufeff\u2028\u0085", 100))
                .isEqualTo("a\\u202eb\\u2066c\\u0007\\n\\ufeff\\u2028\\u0085");
    }

    @Test
    void a_lone_surrogate_is_shown_and_a_pair_is_kept() {
        assertThat(Text.safe("x\ud800", 100)).isEqualTo("x\\ud800");
        assertThat(Text.safe("\udc00x", 100)).isEqualTo("\\udc00x");
        assertThat(Text.safe("\ud83d\ude00 größer 漢字 עברית", 100)).isEqualTo("\ud83d\ude00 größer 漢字 עברית");
        assertThat(Text.safe("tag \udb40\udc41", 100)).isEqualTo("tag \\u{e0041}");
    }

    @Test
    void a_cut_never_splits_a_character() {
        assertThat(Text.safe("ab\ud83d\ude00cd", 3)).isEqualTo("ab…");
        assertThat(Text.safe("abc", 3)).isEqualTo("abc");
        assertThat(Text.safe("abcd", 3)).isEqualTo("abc…");
    }
}
