package io.leakguard.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainTest {

    @Test
    void what_is_invisible_or_reorders_is_shown_as_an_escape() {
        assertThat(Plain.text("a\u202eb\u2066c\u0007\n\ufeff\u2028\u0085", 100))
                .isEqualTo("a\\u202eb\\u2066c\\u0007\\n\\ufeff\\u2028\\u0085");
    }

    @Test
    void a_lone_surrogate_is_shown_and_a_pair_is_kept() {
        assertThat(Plain.text("x\ud800", 100)).isEqualTo("x\\ud800");
        assertThat(Plain.text("\udc00x", 100)).isEqualTo("\\udc00x");
        assertThat(Plain.text("\ud83d\ude00 größer 漢字 עברית", 100)).isEqualTo("\ud83d\ude00 größer 漢字 עברית");
        assertThat(Plain.text("tag \udb40\udc41", 100)).isEqualTo("tag \\u{e0041}");
    }

    @Test
    void a_cut_never_splits_a_character() {
        assertThat(Plain.text("ab\ud83d\ude00cd", 3)).isEqualTo("ab\ud83d\ude00…");
        assertThat(Plain.text("abc", 3)).isEqualTo("abc");
        assertThat(Plain.text("abcd", 3)).isEqualTo("abc…");
    }

    @Test
    void markup_is_text_in_an_element_and_in_an_attribute() {
        assertThat(Plain.html("<b a=\"1\" b='2'>&")).isEqualTo("&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;");
    }
}
