package io.leakguard.jdbc;

import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A statement's SQL as a report shows it; turned into that only for a report. Never its parameters. */
final class SqlText implements Supplier<String> {

    /** Statements that carry a secret as a literal. */
    private static final Pattern SECRET = Pattern.compile(
            "\\b(password|passwd|pwd|identified|secret|credential|credentials|token|encrypt\\w*|decrypt\\w*|set_config"
                    + "|private_key|access_key\\w*|api_?key|cipher|crypt|pgp_\\w+|aes_\\w+|dblink\\w*)\\b",
            Pattern.CASE_INSENSITIVE);

    /** What reads and writes rows; anything else that names a secret is cut off there, since it may have no quotes. */
    private static final Pattern ROWS = Pattern.compile(
            "^[\\s(]*(select|insert|update|delete|merge|with|replace|values|explain)\\b", Pattern.CASE_INSENSITIVE);

    private static final int MOST_READ = 20_000;

    final String sql;
    private final JdbcOptions options;

    SqlText(String sql, JdbcOptions options) {
        this.sql = sql;
        this.options = options;
    }

    @Override
    public String get() {
        return show(sql, options);
    }

    /** Bounds the length, joins the lines, and masks literals if asked to or if the statement handles a secret. */
    static String show(String sql, JdbcOptions options) {
        int max = options.maxSqlLength();
        if (max == 0) {
            return "";
        }
        // Masking needs a statement's start only; what is cut off within a literal is masked to the end.
        String read = sql.length() > MOST_READ ? sql.substring(0, MOST_READ) : sql;
        Matcher secret = SECRET.matcher(read);
        boolean hasSecret = secret.find();
        if (hasSecret && !ROWS.matcher(read).find()) {
            return show(mask(read.substring(0, secret.end())) + " …", max);
        }
        return show(options.maskLiterals() || hasSecret ? mask(read) : read, max);
    }

    private static String show(String full, int max) {
        String text = full;
        text = text.strip().replaceAll("\\s+", " ");
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
        return text.substring(0, end) + "…";
    }

    /** Replaces each literal by {@code ?} and drops comments, which may quote anything. */
    static String mask(String sql) {
        StringBuilder out = new StringBuilder(sql.length());
        int n = sql.length();
        int i = 0;
        while (i < n) {
            char c = sql.charAt(i);
            if (c == '\'') {
                // E'..\'..' is PostgreSQL's, and MySQL's plain '..\'..' looks the same: a backslash escapes.
                i = skipQuoted(sql, i, '\'');
                dropLiteralPrefix(out);
                out.append('?');
            } else if (c == '"' || c == '`') {
                int end = skipQuoted(sql, i, c);
                if (c == '"' && mayBeText(out)) {
                    out.append('?');
                } else {
                    out.append(sql, i, end);
                }
                i = end;
            } else if ((c == '-' && sql.startsWith("--", i)) || (c == '#' && isMySqlComment(sql, i))) {
                int end = sql.indexOf('\n', i);
                i = end < 0 ? n : end;
                out.append(' ');
            } else if (c == '/' && sql.startsWith("/*", i)) {
                int end = sql.indexOf("*/", i + 2);
                i = end < 0 ? n : end + 2;
                out.append(' ');
            } else if (c == '$' && dollarTag(sql, i) != null) {
                String tag = dollarTag(sql, i);
                int end = tag == null ? -1 : sql.indexOf(tag, i + tag.length());
                i = end < 0 || tag == null ? n : end + tag.length();
                out.append('?');
            } else if ((isDigit(c) || (c == '.' && isDigit(at(sql, i + 1)))) && !isWord(last(out))) {
                i = skipNumber(sql, i);
                out.append('?');
            } else {
                out.append(c);
                i++;
            }
        }
        return out.toString();
    }

    private static int skipQuoted(String sql, int start, char quote) {
        int n = sql.length();
        for (int i = start + 1; i < n; i++) {
            char c = sql.charAt(i);
            if (c == '\\' && quote == '\'' && i + 1 < n) {
                // Only an escape if the literal goes on: standard SQL has 'C:\' as a whole literal. Masking too much is
                // safe.
                i++;
            } else if (c == quote) {
                if (i + 1 < n && sql.charAt(i + 1) == quote) {
                    i++;
                } else {
                    return i + 1;
                }
            }
        }
        return n;
    }

    /** The N, X, B, E or U& of {@code N'…'}. */
    private static void dropLiteralPrefix(StringBuilder out) {
        int n = out.length();
        if (n >= 2 && out.charAt(n - 1) == '&' && "uU".indexOf(out.charAt(n - 2)) >= 0) {
            out.setLength(n - 2);
        } else if (n >= 1 && "nNxXbBeE".indexOf(out.charAt(n - 1)) >= 0 && (n == 1 || !isWord(out.charAt(n - 2)))) {
            out.setLength(n - 1);
        }
    }

    /** MySQL's and SQLite's text may be in double quotes, like a name: where a value can be, it is taken for one. */
    private static boolean mayBeText(CharSequence before) {
        int i = before.length() - 1;
        while (i >= 0 && Character.isWhitespace(before.charAt(i))) {
            i--;
        }
        if (i < 0) {
            return false;
        }
        String end = before.subSequence(Math.max(0, i - 6), i + 1).toString().toLowerCase(Locale.ROOT);
        return "=<>!(,|+".indexOf(before.charAt(i)) >= 0 || end.matches("(.*\\W)?(like|then|else|and|between|in)");
    }

    private static boolean isMySqlComment(String sql, int i) {
        char next = at(sql, i + 1);
        return next == ' ' && (i == 0 || Character.isWhitespace(sql.charAt(i - 1)));
    }

    /** {@code $$} or {@code $tag$}, or null if this isn't one. */
    private static @Nullable String dollarTag(String sql, int i) {
        if (i > 0 && isWord(sql.charAt(i - 1))) {
            return null;
        }
        int end = i + 1;
        while (end < sql.length() && isWord(sql.charAt(end)) && sql.charAt(end) != '$') {
            end++;
        }
        boolean tag = end < sql.length() && sql.charAt(end) == '$' && !isDigit(at(sql, i + 1));
        return tag ? sql.substring(i, end + 1) : null;
    }

    private static int skipNumber(String sql, int start) {
        int i = start;
        int n = sql.length();
        while (i < n) {
            char c = sql.charAt(i);
            boolean sign = (c == '+' || c == '-')
                    && i > start
                    && String.valueOf(sql.charAt(i - 1))
                            .toLowerCase(Locale.ROOT)
                            .equals("e")
                    && isDigit(at(sql, i + 1));
            if (!isWord(c) && c != '.' && !sign) {
                break;
            }
            i++;
        }
        return i;
    }

    private static char at(String sql, int i) {
        return i < sql.length() ? sql.charAt(i) : 0;
    }

    private static char last(StringBuilder out) {
        return out.isEmpty() ? 0 : out.charAt(out.length() - 1);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == ':' || c == '@';
    }
}
