package io.leakguard.jdbc;

import io.leakguard.fuzz.Bytes;
import java.nio.charset.StandardCharsets;

/** JDBC URLs: redaction never fails, and its result never contains a secret that was put where drivers take secrets. */
public final class JdbcUrlFuzz {
    private JdbcUrlFuzz() {}

    private static final String SECRET = "S3CR3T";

    private static final String[] FRAGMENTS = {
        "jdbc:",
        "postgresql:",
        "mysql:",
        "oracle:thin:",
        "sqlserver:",
        "h2:mem:",
        "leakguard:",
        "//",
        "/",
        "@",
        ":",
        "?",
        "&",
        ";",
        "=",
        ",",
        "(",
        ")",
        "{",
        "}",
        "}}",
        "\"",
        "'",
        "\\",
        "password",
        "user",
        "host",
        "db",
        "%",
        "%3D",
        "scott",
        "5432",
        "[",
        "]",
        "*"
    };

    private static final String[] SECRET_KEYS = {
        "password", "PASSWORD", "pwd", "passwd", "sslpassword", "keyStorePassword", "trustStorePassword", "accessToken",
        "secretKey", "SessionToken", "OAuthClientSecret", "private_key_pwd", "apiKey", "passcode", "bootPassword",
                "pass%77ord",
        "secret", "crypt_key", "somethingNew", "x"
    };

    private static final String[] PLAIN = {
        "user=joe",
        "ssl=true",
        "loginTimeout=30",
        "applicationName=orders",
        "encrypt=false",
        "unknown=1",
        "schema=a,b",
        "user="
    };

    public static void fuzzerTestOneInput(byte[] data) {
        Bytes in = new Bytes(data);
        if (in.below(4) == 0) {
            String any = in.yes() ? in.text(40, FRAGMENTS) : new String(in.rest(), StandardCharsets.UTF_8);
            String shown = JdbcUrls.redact(any);
            if (shown.length() > 4 * any.length() + 3) {
                throw new AssertionError("longer than it may be: " + shown);
            }
            return;
        }
        String url = url(in);
        String shown = JdbcUrls.redact(in.below(4) == 0 ? "jdbc:leakguard:" + url : url);
        if (shown.contains(SECRET)) {
            throw new AssertionError("a secret of " + url + " is shown: " + shown);
        }
    }

    /** A secret, with characters that have no meaning in this form of URL, or are escaped as it requires. */
    private static String secret(Bytes in, String harmless) {
        StringBuilder out = new StringBuilder();
        int before = in.below(4);
        for (int i = 0; i < before; i++) {
            out.append(harmless.charAt(in.below(harmless.length())));
        }
        out.append(SECRET);
        int after = in.below(4);
        for (int i = 0; i < after; i++) {
            out.append(harmless.charAt(in.below(harmless.length())));
        }
        if (in.below(4) == 0) {
            out.append(SECRET);
        }
        return out.toString();
    }

    private static String properties(Bytes in, String first, String separator, String harmless) {
        StringBuilder out = new StringBuilder();
        int n = 1 + in.below(4);
        int secretAt = in.below(n);
        for (int i = 0; i < n; i++) {
            out.append(i == 0 ? first : separator);
            if (i == secretAt) {
                out.append(in.pick(SECRET_KEYS)).append('=').append(secret(in, harmless));
            } else {
                String plain = in.pick(PLAIN);
                out.append(separator.equals(",") ? plain.replace(",b", "") : plain);
            }
        }
        return out.toString();
    }

    private static String host(Bytes in) {
        return in.pick("localhost", "db.acme.com", "10.0.0.1", "[::1]", "h1:5432,h2:5433", "db_1")
                + in.pick("", ":5432", ":1");
    }

    private static String url(Bytes in) {
        String all = "abc1 !\"#$%&'()*+,-./:;<=>?@[]^_`|~";
        return switch (in.below(9)) {
            case 0 ->
                "jdbc:" + in.pick("postgresql", "mysql", "mariadb", "redshift", "trino", "sap") + "://" + host(in)
                        + "/db" + properties(in, "?", "&", all.replace("&", ""));
            // The user's part of a URL: its end characters are percent-encoded or written as they are, but not all at
            // once.
            case 1 ->
                "jdbc:" + in.pick("postgresql", "mysql", "mariadb:loadbalance", "clickhouse", "mongodb") + "://joe:"
                        + secret(in, in.yes() ? "ab1:@!$'()*,._~-" : "ab1/:@!$._~-") + "@" + host(in) + "/db"
                        + in.pick("", "?ssl=true", "?user=joe&ssl=true");
            case 2 -> "jdbc:sqlserver://" + host(in) + properties(in, ";", ";", all.replace(";", ""));
            case 3 ->
                "jdbc:sqlserver://" + host(in) + ";user=sa;password={"
                        + secret(in, all + "{").replace("}", "}}") + "}" + in.pick("", ";encrypt=true");
            case 4 ->
                "jdbc:h2:" + in.pick("mem:x", "file:./x", "tcp://localhost/x") + ";PASSWORD="
                        + secret(in, all.replace("\"", "").replace("'", ""))
                                .replace("\\", "\\\\")
                                .replace(";", "\\;")
                        + in.pick("", ";DB_CLOSE_DELAY=-1");
            case 5 ->
                "jdbc:oracle:" + in.pick("thin", "oci") + ":" + in.pick("scott", "proxy[scott]", "\"Scott\"") + "/"
                        + secret(in, "ab1!#$%&*+-.:/@") + "@" + in.pick("//", "") + host(in)
                        + in.pick("/svc", ":sid", "");
            case 6 -> "jdbc:mysql://(host=h1,port=1,user=joe,password=" + secret(in, "ab1!#$%*+-._~") + ")/db";
            case 7 ->
                "jdbc:"
                        + in.pick(
                                "derby:x",
                                "hsqldb:hsql://h/x",
                                "hive2://h:1/db",
                                "databricks://h:443",
                                "informix-sqli://h:1/db:A=b",
                                "db2://h:1/db:user=joe")
                        + properties(in, ";", ";", all.replace(";", ""));
            default -> "jdbc:teradata://host/" + properties(in, "", ",", all.replace(",", ""));
        };
    }
}
