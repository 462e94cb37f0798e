package io.leakguard.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonTest {

    private static String json(String text) {
        StringBuilder out = new StringBuilder();
        new Json(out).value(text);
        return out.toString();
    }

    @Test
    void nothing_in_it_can_end_a_script_element_or_start_a_comment() {
        assertThat(json("</script><!--<script> & ' ]]>"))
                .isEqualTo("\"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e \\u0026 \\u0027 ]]\\u003e\"");
    }

    @Test
    void quotes_backslashes_controls_and_line_separators_are_escaped() {
        assertThat(json("\"\\\n\u0000\u007f\u2028\u2029")).isEqualTo("\"\\\"\\\\\\n\\u0000\\u007f\\u2028\\u2029\"");
    }

    @Test
    void lone_surrogates_are_escaped_and_pairs_stay() {
        assertThat(json("a\ud800b\udc00c\ud83d\ude00")).isEqualTo("\"a\\ud800b\\udc00c\ud83d\ude00\"");
    }

    @Test
    void separators_are_where_they_belong() {
        StringBuilder out = new StringBuilder();
        new Json(out)
                .beginObject()
                .field("a", 1)
                .optional("left out", "")
                .name("b")
                .beginArray()
                .value("x")
                .beginObject()
                .endObject()
                .beginArray()
                .endArray()
                .value(-2)
                .endArray()
                .field("c", "y")
                .endObject();
        assertThat(out).hasToString("{\"a\":1,\"b\":[\"x\",{},[],-2],\"c\":\"y\"}");
    }
}
