package io.leakguard.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    private static String show(String sql) {
        return new SqlText(sql, JdbcOptions.DEFAULT).get();
    }

    @Test
    void lines_are_joined_and_the_length_is_bounded() {
        assertThat(show("select a,\n   b\n\tfrom t")).isEqualTo("select a, b from t");
        assertThat(new SqlText("select abcdef", JdbcOptions.DEFAULT.withMaxSqlLength(8)).get())
                .isEqualTo("select a…");
        assertThat(new SqlText("select 1", JdbcOptions.DEFAULT.withMaxSqlLength(0)).get())
                .isEmpty();
        assertThat(show("x".repeat(5_000_000))).hasSize(501);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "select * from t where a = 'x'|select * from t where a = ?",
                "select 'it''s' , 12|select ? , ?",
                "select a1, t2.b3 from t4|select a1, t2.b3 from t4",
                "select -1.5e-3, .5, 0xFF|select -?, ?, ?",
                "select N'x', E'a\\'b', X'ff'|select ?, ?, ?",
                "select $$a 'b'$$, $t$x$t$|select ?, ?",
                "where a = $1 and b = :name and c = ?|where a = $1 and b = :name and c = ?",
                "select \"name\" from \"t\"|select \"name\" from \"t\"",
                "select `a` from t where b = \"text\"|select `a` from t where b = ?",
                "select 1 /* joe */ from t -- joe|select ? from t",
                "select 'unfinished|select ?",
                "select a from t where b in (1,2, 3)|select a from t where b in (?,?, ?)",
            })
    void literals_are_masked_if_that_was_asked_for(String sql, String masked) {
        assertThat(new SqlText(sql, JdbcOptions.DEFAULT.withMaskLiterals(true)).get())
                .isEqualTo(masked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create user joe identified by 's3cret'",
                "alter user joe identified by s3cret",
                "alter user joe identified by \"s3cret\"",
                "ALTER ROLE joe WITH PASSWORD 's3cret'",
                "alter login joe with password = 's3cret'",
                "set password for joe = 's3cret'",
                "select pgp_sym_decrypt(x, 's3cret') from t",
                "update users set password = 's3cret' where id = 1",
                "insert into users (name, password) values ('joe', 's3cret')",
                "insert into users (name, password) values (\"joe\", \"s3cret\")",
            })
    void statements_that_carry_a_secret_are_masked_in_any_case(String sql) {
        assertThat(show(sql)).doesNotContain("s3cret");
    }
}
