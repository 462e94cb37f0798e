package io.leakguard.jdbc;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A statement's SQL as text for reports, made only for a report. It never has the statement's parameters. */
final class SqlText implements Supplier<String> {

    /** Words, and parts of them, in statements that carry a secret. */
    private static final Pattern SECRET = Pattern.compile(
            "password|passwd|passphrase|passcode|pwd|identified|secret|credential|token|crypt|cipher|set_config"
                    + "|private_?key|access_?key|api_?key|pgp_|aes_|dblink|openrowset|opendatasource|link_schema"
                    + "|linked\\s+table|sp_add|syscs_set_database_property|syscs_create_user|syscs_reset_pass"
                    + "|\\b(pass|pin)\\b|pin_code|\\b(hex|re|hexre)?key\\s*=?\\s*['\"]"
                    + "|\\b(md5|sha\\d*|sha_\\d+|hashbytes|digest|hmac)\\s*\\(",
            Pattern.CASE_INSENSITIVE);

    /**
     * Statements that read and write rows. Any other statement that names a secret is cut off there, since the secret
     * may have no quotes.
     */
    private static final Pattern ROWS = Pattern.compile(
            "^[\\s(]*(select|insert|update|delete|merge|with|replace|values|explain)\\b[^;]*+[;\\s]*+$",
            Pattern.CASE_INSENSITIVE);

    /** A word before a place that can have a value. */
    private static final Pattern BEFORE_VALUE = Pattern.compile(
            "(?i)(^|.*\\W)(like|then|else|when|and|between|in|is|regexp|rlike|glob|match|return|values?|default|_\\w+)");

    private static final int MOST_READ = 20_000;

    private static final byte SHOWN = 0;
    private static final byte LITERAL = 1;
    private static final byte COMMENT = 2;

    final String sql;
    private final JdbcSource source;

    SqlText(String sql, JdbcSource source) {
        this.sql = sql;
        this.source = source;
    }

    @Override
    public String get() {
        return show(sql, source);
    }

    /** The meaning of double quotes. */
    enum Quoted {
        /** Names, as in the standard. */
        NAME,
        /** Text, as in MySQL, where {@code #} begins a comment too. */
        TEXT,
        /** The place decides. */
        EITHER;

        private static final Set<String> TEXTS = Set.of(
                "mysql",
                "mariadb",
                "sqlite",
                "hive2",
                "spark",
                "databricks",
                "impala",
                "bigquery",
                "informix-sqli",
                "sybase",
                "singlestore");
        private static final Set<String> NAMES = Set.of(
                "postgresql",
                "pgsql",
                "oracle",
                "h2",
                "hsqldb",
                "derby",
                "db2",
                "snowflake",
                "redshift",
                "trino",
                "yugabytedb",
                "edb",
                "vertica",
                "sap");

        /** The driver decides, which the URL names. */
        static Quoted of(String url) {
            String[] parts = url.split("[:+]", 8);
            for (String part : parts) {
                String driver = part.toLowerCase(Locale.ROOT);
                if (TEXTS.contains(driver)) {
                    return TEXT;
                }
                if (NAMES.contains(driver)) {
                    return NAME;
                }
            }
            return EITHER;
        }
    }

    static String show(String sql, JdbcSource source) {
        return show(sql, source.options, Quoted.of(source.url()));
    }

    /**
     * Limits the length, joins the lines, and masks literals if the setting asks for it or the statement handles a
     * secret.
     */
    static String show(String sql, JdbcOptions options, Quoted quoted) {
        int max = options.maxSqlLength();
        if (max == 0) {
            return "";
        }
        // Masking needs a statement's start only. A literal that is cut off is masked to the end.
        String read = sql.length() > MOST_READ ? sql.substring(0, MOST_READ) : sql;
        Matcher secret = SECRET.matcher(read);
        boolean hasSecret = secret.find();
        if (hasSecret && !ROWS.matcher(read).find()) {
            int end = secret.end();
            while (end < read.length() && isWord(read.charAt(end))) {
                end++;
            }
            return show(mask(read.substring(0, end), quoted) + " …", max);
        }
        return show(options.maskLiterals() || hasSecret ? mask(read, quoted) : read, max);
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

    /** Replaces each literal by {@code ?} and drops comments, which may quote secrets. */
    static String mask(String sql, Quoted quoted) {
        byte[] kinds = new byte[sql.length()];
        // A backslash escapes a quote in MySQL and doesn't in standard SQL, where 'C:\' is a whole literal. Text that
        // is a literal by either rule is hidden.
        new Scan(sql, quoted, true, kinds).run();
        if (sql.indexOf('\\') >= 0) {
            new Scan(sql, quoted, false, kinds).run();
        }
        StringBuilder out = new StringBuilder(sql.length());
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i] == SHOWN) {
                out.append(sql.charAt(i));
            } else if (i == 0 || kinds[i] != kinds[i - 1]) {
                out.append(kinds[i] == LITERAL ? '?' : ' ');
            }
        }
        return out.toString();
    }

    /** One reading of a statement from its start to its end, which marks hidden parts. */
    private static final class Scan {
        private final String sql;
        private final int n;
        private final Quoted quoted;
        private final boolean escapes;
        private final byte[] kinds;

        Scan(String sql, Quoted quoted, boolean escapes, byte[] kinds) {
            this.sql = sql;
            this.n = sql.length();
            this.quoted = quoted;
            this.escapes = escapes;
            this.kinds = kinds;
        }

        void run() {
            int i = 0;
            while (i < n) {
                i = step(i);
            }
        }

        /** Marks the token that begins here, and returns its end. */
        private int step(int i) {
            char c = sql.charAt(i);
            if (c == '\'') {
                int prefix = prefix(i);
                return hide(prefix, isOracleQuote(prefix, i) ? oracleEnd(i) : quotedEnd(i, c), LITERAL);
            }
            if (c == '"' || c == '`') {
                int end = quotedEnd(i, c);
                return c == '"' && isText(i) ? hide(i, end, LITERAL) : end;
            }
            if (sql.startsWith("--", i) || (c == '#' && isComment(i))) {
                int end = sql.indexOf('\n', i);
                return hide(i, end < 0 ? n : end, COMMENT);
            }
            if (sql.startsWith("/*", i)) {
                return hide(i, commentEnd(i), COMMENT);
            }
            if (c == '$' && !isWord(at(i - 1))) {
                int tagEnd = dollarTagEnd(i);
                if (tagEnd > 0) {
                    String tag = sql.substring(i, tagEnd);
                    int end = sql.indexOf(tag, tagEnd);
                    return hide(i, end < 0 ? n : end + tag.length(), LITERAL);
                }
            }
            boolean number = isDigit(c) || (c == '.' && isDigit(at(i + 1)));
            if (number && (!isWord(at(i - 1)) || kinds[i - 1] == LITERAL)) {
                return hide(i, numberEnd(i), LITERAL);
            }
            return i + 1;
        }

        private int hide(int from, int to, byte kind) {
            Arrays.fill(kinds, from, to, kind);
            return to;
        }

        private char at(int i) {
            return i >= 0 && i < n ? sql.charAt(i) : 0;
        }

        /** Returns the start of the N, X, B, E, Q, NQ or U&amp; of {@code N'…'}. */
        private int prefix(int quote) {
            int start = quote;
            if (at(quote - 1) == '&' && "uU".indexOf(at(quote - 2)) >= 0) {
                start = quote - 2;
            } else if ("qQ".indexOf(at(quote - 1)) >= 0 && "nN".indexOf(at(quote - 2)) >= 0) {
                start = quote - 2;
            } else if (quote > 0 && "nNxXbBeEqQ".indexOf(at(quote - 1)) >= 0) {
                start = quote - 1;
            }
            return isWord(at(start - 1)) ? quote : start;
        }

        /** Oracle's {@code q'[it's]'}. */
        private boolean isOracleQuote(int prefix, int quote) {
            return quote > prefix && "qQ".indexOf(at(quote - 1)) >= 0 && quote + 1 < n;
        }

        private int oracleEnd(int quote) {
            int kind = "[{(<".indexOf(at(quote + 1));
            String close = (kind < 0 ? at(quote + 1) : "]})>".charAt(kind)) + "'";
            int end = sql.indexOf(close, quote + 2);
            return end < 0 ? n : end + 2;
        }

        private int quotedEnd(int start, char quote) {
            // E'..' has escapes in any case.
            boolean escaped = quote != '`' && (escapes || ("eE".indexOf(at(start - 1)) >= 0 && !isWord(at(start - 2))));
            for (int i = start + 1; i < n; i++) {
                char c = sql.charAt(i);
                if (c == '\\' && escaped) {
                    i++;
                } else if (c == quote) {
                    if (at(i + 1) != quote) {
                        return i + 1;
                    }
                    i++;
                }
            }
            return n;
        }

        /** Returns the end of a comment, nested as in some databases if it ends that way. */
        private int commentEnd(int start) {
            int depth = 0;
            int first = n;
            for (int i = start; i < n - 1; i++) {
                if (sql.startsWith("/*", i)) {
                    depth++;
                    i++;
                } else if (sql.startsWith("*/", i)) {
                    first = Math.min(first, i + 2);
                    i++;
                    if (--depth == 0) {
                        return i + 1;
                    }
                }
            }
            return first;
        }

        private boolean isComment(int i) {
            return switch (quoted) {
                case TEXT -> true;
                case NAME -> false;
                case EITHER -> at(i + 1) == ' ' && (i == 0 || Character.isWhitespace(at(i - 1)));
            };
        }

        /** Double quotes may be around text or a name: at a place for a value they count as text. */
        private boolean isText(int quote) {
            if (quoted != Quoted.EITHER) {
                return quoted == Quoted.TEXT;
            }
            int i = quote - 1;
            while (i >= 0 && (Character.isWhitespace(sql.charAt(i)) || kinds[i] == COMMENT)) {
                i--;
            }
            return i >= 0
                    && ("=<>!~(,|+".indexOf(sql.charAt(i)) >= 0
                            || BEFORE_VALUE
                                    .matcher(sql.substring(Math.max(0, i - 12), i + 1))
                                    .matches());
        }

        private int numberEnd(int start) {
            int i = start;
            while (i < n) {
                char c = sql.charAt(i);
                boolean sign =
                        (c == '+' || c == '-') && i > start && "eE".indexOf(at(i - 1)) >= 0 && isDigit(at(i + 1));
                if (!isWord(c) && c != '.' && !sign) {
                    break;
                }
                i++;
            }
            return i;
        }

        /** Returns the end of {@code $$} or {@code $tag$}, or 0 if this isn't one. */
        private int dollarTagEnd(int i) {
            int end = i + 1;
            while (end < n && isWord(sql.charAt(end)) && sql.charAt(end) != '$') {
                end++;
            }
            return end < n && sql.charAt(end) == '$' && !isDigit(at(i + 1)) ? end + 1 : 0;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == ':' || c == '@';
    }
}
