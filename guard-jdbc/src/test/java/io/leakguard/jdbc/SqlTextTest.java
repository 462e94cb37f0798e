package io.leakguard.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    private static String show(String sql) {
        return show(sql, JdbcOptions.DEFAULT);
    }

    private static String show(String sql, JdbcOptions options) {
        return SqlText.show(sql, options, SqlText.Quoted.EITHER);
    }

    private static String masked(String sql, String url) {
        return SqlText.show(sql, JdbcOptions.DEFAULT.withMaskLiterals(true), SqlText.Quoted.of(url));
    }

    @Test
    void lines_are_joined_and_the_length_is_bounded() {
        assertThat(show("select a,\n   b\n\tfrom t")).isEqualTo("select a, b from t");
        assertThat(show("select abcdef", JdbcOptions.DEFAULT.withMaxSqlLength(8)))
                .isEqualTo("select a…");
        assertThat(show("select 1", JdbcOptions.DEFAULT.withMaxSqlLength(0))).isEmpty();
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
                "select q'[it's]', Q'{a'b}', nq'!c'd!' from t|select ?, ?, ? from t",
                "select 1 /* a /* b */ 'c' */ from t|select ? from t",
                "select 1 /* a /* b */ , 'c' from t|select ? , ? from t",
                "select _utf8'x', _latin1\"y\" from t|select _utf8?, _latin1? from t",
                "select a from t where b regexp \"x\" or b is \"y\"|select a from t where b regexp ? or b is ?",
                "select a from t where b like\"x%\"|select a from t where b like?",
                "select a from t where b = $$unfinished|select a from t where b = ?",
            })
    void literals_are_masked_if_that_was_asked_for(String sql, String masked) {
        assertThat(show(sql, JdbcOptions.DEFAULT.withMaskLiterals(true))).isEqualTo(masked);
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

    /** A backslash escapes the quote after it, or it doesn't: that depends on the database and its settings. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'C:\\', 's3cret'",
                "select * from t where a = 'C:\\' and b = 's3cret'",
                "select * from t where a like'C:\\' and b = 's3cret'",
                "select 'it\\'s', 's3cret'",
                "select E'\\\\' || 's3cret'",
                "select * from t where a = \"s3\\\"cret\"",
            })
    void a_literal_is_masked_whether_or_not_a_backslash_escapes(String sql) {
        assertThat(show(sql, JdbcOptions.DEFAULT.withMaskLiterals(true)))
                .startsWith("select ")
                .doesNotContain("s3")
                .doesNotContain("cret");
    }

    @Test
    void what_double_quotes_are_around_depends_on_the_database() {
        String sql = "select \"a\", \"b\" from \"t\" where c = \"d\" # e";
        assertThat(masked(sql, "jdbc:postgresql://h/db")).isEqualTo(sql);
        assertThat(masked(sql, "jdbc:leakguard:jdbc:mysql://h/db")).isEqualTo("select ?, ? from ? where c = ?");
        assertThat(masked(sql, "jdbc:mysql+srv://h/db")).isEqualTo("select ?, ? from ? where c = ?");
        assertThat(masked(sql, "")).isEqualTo("select \"a\", ? from \"t\" where c = ?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='s3cret'",
                "PRAGMA key = 's3cret'",
                "PRAGMA hexrekey='s3cret'",
                "ATTACH DATABASE 'x' AS y KEY 's3cret'",
                "insert into accounts(user_password) values ('s3cret')",
                "insert into accounts(passwordHash, x) values ('s3cret', 1)",
                "update users set userPassword='s3cret'",
                "update users set pass='s3cret'",
                "update users set accessToken='s3cret'",
                "select * from users where pin_code = 's3cret'",
                "select hashbytes('SHA1','s3cret')",
                "select md5 ('s3cret')",
                "CREATE LINKED TABLE l('','jdbc:h2:x','sa','s3cret','t')",
                "SELECT * FROM LINK_SCHEMA('x','','jdbc:h2:x','sa','s3cret','PUBLIC')",
                "exec sp_addlogin 'x','s3cret'",
                "EXEC sp_addlinkedsrvlogin @rmtpassword='s3cret'",
                "CALL SYSCS_UTIL.SYSCS_CREATE_USER('joe','s3cret')",
                "CREATE SUBSCRIPTION s CONNECTION 'host=h password=s3cret' PUBLICATION p",
                "begin execute immediate 'alter user joe identified by s3cret'; end;",
                "select 1; alter user joe identified by s3cret",
                "COPY INTO t FROM 's3://b' CREDENTIALS=(AWS_KEY_ID='s3cret' AWS_SECRET_KEY='s3cret')",
            })
    void secrets_are_known_within_longer_words_too(String sql) {
        assertThat(show(sql)).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'", "\"", "\\'", "/*", "/* /* */ ", "$$", "$a", "q'[", "--", "\\", "1", " ", "key ", "_"})
    void a_hostile_statement_costs_little(String part) {
        String sql = "select password " + part.repeat(2_000_000 / part.length());
        assertThat(assertTimeoutPreemptively(Duration.ofSeconds(20), () -> show(sql)))
                .hasSizeLessThan(600);
    }
}
