package io.leakguard.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BaselineTest {

    @Test
    void comments_and_blank_lines_are_left_out_and_blanks_do_not_matter() {
        assertThat(Baseline.parse("b.txt", List.of("# known", "", "  file.input \t com.acme.Config.load ")))
                .containsExactly("file.input com.acme.Config.load");
    }

    /** Found by fuzzing. */
    @Test
    void a_line_that_is_no_entry_is_shown_cut_and_without_what_garbles_a_console() {
        String line = "a\u001b[31m\u202eb\u0000 " + "x".repeat(5_000) + " c";
        assertThatThrownBy(() -> Baseline.parse("b.txt", List.of("file.input com.acme.A.b", line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("b.txt:2: 'a?[31m?b? xxx")
                .hasMessageEndingWith(
                        "…' is not <kind> <path>, such as: file.input com.acme.Config.load<com.acme.Main.main<")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(350));
    }
}
