package io.leakguard.jdbc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the secrets out of a JDBC URL of any driver. Properties are shown only if they are known to be harmless. If a
 * password may end later than it seems, the code hides too much rather than too little.
 */
final class JdbcUrls {

    private static final String HIDDEN = "***";
    private static final int MAX_LENGTH = 4_000;
    private static final int MAX_PREFIX = 100;

    /**
     * Keys whose values are no secrets but places and options; without case, {@code _}, {@code -}, {@code .} and
     * spaces.
     */
    private static final Set<String> HARMLESS = Set.of(
            "user",
            "username",
            "uid",
            "host",
            "hostname",
            "server",
            "servername",
            "port",
            "portnumber",
            "database",
            "databasename",
            "dbname",
            "db",
            "catalog",
            "schema",
            "currentschema",
            "searchpath",
            "instance",
            "instancename",
            "servicename",
            "sid",
            "protocol",
            "address",
            "description",
            "connectdata",
            "addresslist",
            "loadbalance",
            "failover",
            "warehouse",
            "role",
            "account",
            "region",
            "applicationname",
            "programname",
            "mode",
            "cachemode",
            "journalmode",
            "synchronous",
            "foreignkeys",
            "dbclosedelay",
            "dbcloseonexit",
            "databasetoupper",
            "databasetolower",
            "caseinsensitiveidentifiers",
            "ifexists",
            "create",
            "shutdown",
            "hsqldbtx",
            "sslmode",
            "ssl",
            "usessl",
            "requiressl",
            "encrypt",
            "trustservercertificate",
            "verifyservercertificate",
            "allowpublickeyretrieval",
            "servertimezone",
            "connectiontimezone",
            "timezone",
            "characterencoding",
            "useunicode",
            "charset",
            "connecttimeout",
            "sockettimeout",
            "logintimeout",
            "querytimeout",
            "busytimeout",
            "targetservertype",
            "loadbalancehosts",
            "tcpkeepalive",
            "rewritebatchedstatements",
            "rewritebatchedinserts",
            "preparethreshold",
            "defaultrowfetchsize",
            "fetchsize",
            "readonly",
            "autoreconnect",
            "locktimeout",
            "tracelevelfile",
            "integratedsecurity",
            "domain",
            "informixserver",
            "dbsport",
            "tmode",
            "httppath",
            "transportmode",
            "authmech");

    /** Keys whose value in parentheses is a list of properties. The value of any other key may be a secret. */
    private static final Set<String> STRUCTURES = Set.of(
            "address", "addresslist", "connectdata", "description", "descriptionlist", "failovermode", "security");

    private static final Pattern PREFIX = Pattern.compile("(?i)^(jdbc:)?([a-z0-9+.\\-]+):");
    private static final Pattern KEY =
            Pattern.compile("(?<=^|[?&;,(:/#])\\s*([^=?&;,():/@#\\s][^=?&;,():/@#]{0,100}?)\\s*=");
    /** Looks like a user's password at a place where no URL should have one. */
    private static final Pattern STRAY_PASSWORD = Pattern.compile(":[^:/@?;,&()\\[\\]]+@");

    /** A port of a host that isn't a number. */
    private static final Pattern STRAY_PORT =
            Pattern.compile("(?<=[^:/\\[,]:)(?!\\d{0,5}([,/?;#]|$))[^:/?;,#()\\[\\]@*=]+");

    /** Databases whose paths may look like a login. */
    private static final Set<String> FILES = Set.of("h2", "hsqldb", "derby", "sqlite", "duckdb", "ucanaccess");

    private static final Pattern PORT_OR_EMPTY = Pattern.compile("\\d{0,5}");
    private static final Pattern SAFE_VALUE = Pattern.compile("(?i)true|false|yes|no|on|off");

    private JdbcUrls() {}

    /** Returns the URL with {@value #HIDDEN} for each secret. Never throws. */
    static String redact(String url) {
        try {
            return redacted(url);
        } catch (RuntimeException e) {
            return HIDDEN; // an unknown form: no part of it is shown
        }
    }

    private static String redacted(String url) {
        int start = 0;
        while (true) {
            Matcher prefix = PREFIX.matcher(url.substring(start, Math.min(url.length(), start + MAX_PREFIX)));
            String driver = prefix.find() ? prefix.group(2).toLowerCase(Locale.ROOT) : "";
            if (!driver.equals("leakguard") && !driver.equals("jdbc")) {
                String real = url.substring(start);
                return url.substring(0, Math.min(start, MAX_LENGTH))
                        + (real.length() > MAX_LENGTH
                                ? real.substring(0, driver.isEmpty() ? 0 : prefix.end()) + HIDDEN
                                : redacted(real, driver));
            }
            start += prefix.end(); // our own prefix, then the real URL
        }
    }

    private static String redacted(String url, String driver) {
        int slash = url.indexOf('/');
        boolean login = driver.equals("oracle") || (!FILES.contains(driver) && slash > 0 && slash != url.indexOf("//"));
        String result = login ? login(url) : strayPort(userInfo(url));
        return STRAY_PASSWORD.matcher(properties(result, driver)).replaceAll(":***@");
    }

    /** {@code //joe:secret}, which a program may have intended as a login. */
    private static String strayPort(String url) {
        int start = url.indexOf("//");
        if (start < 0) {
            return url;
        }
        int end = firstOf(url, "/?;#(", start + 2);
        return url.substring(0, start)
                + STRAY_PORT.matcher(url.substring(start, end)).replaceAll(HIDDEN)
                + url.substring(end);
    }

    /**
     * {@code jdbc:oracle:thin:scott/tiger@host}, a form that others have too. A quoted password may contain any
     * character.
     */
    private static String login(String url) {
        int at = url.lastIndexOf('@');
        int slash = url.indexOf('/');
        if (at < 0 || slash < 0 || slash > at) {
            return url;
        }
        return url.substring(0, slash + 1) + HIDDEN + url.substring(at);
    }

    /**
     * {@code //user:password@host}. An unescaped password may contain characters that end the authority, even
     * {@code @}.
     */
    private static String userInfo(String url) {
        int start = url.indexOf("//");
        if (start < 0) {
            return url;
        }
        start += 2;
        int at = url.lastIndexOf('@');
        if (at < start) {
            return url;
        }
        int authorityEnd = firstOf(url, "/?;#", start);
        int colon = firstOf(url, ":", start);
        if (colon > Math.min(at, authorityEnd)) {
            return url; // a user alone, or an @ further on
        }
        int inAuthority = url.lastIndexOf('@', authorityEnd - 1);
        boolean wellFormed = inAuthority > colon;
        if (at < authorityEnd) {
            return hidden(url, colon, at);
        }
        String rest = url.substring(authorityEnd, at);
        int mark = firstOf(rest, "?;", 0);
        boolean inProperties = mark < rest.length() && rest.indexOf('=', mark) > 0;
        if (!inProperties) {
            return hidden(url, colon, at); // an unescaped / in the password
        }
        boolean port = PORT_OR_EMPTY
                .matcher(url.substring(colon + 1, Math.min(authorityEnd, firstOf(url, ",", colon))))
                .matches();
        if (wellFormed) {
            return hidden(url, colon, inAuthority);
        }
        return port || url.startsWith("[", start) || url.startsWith("(", start) ? url : hidden(url, colon, at);
    }

    private static String hidden(String url, int colon, int at) {
        return url.substring(0, colon + 1) + HIDDEN + url.substring(at);
    }

    private static int firstOf(String text, String chars, int from) {
        for (int i = from; i < text.length(); i++) {
            if (chars.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private static String properties(String url, String driver) {
        StringBuilder out = new StringBuilder(url.length());
        Matcher key = KEY.matcher(url);
        int done = 0;
        while (key.find(done)) {
            int valueStart = key.end();
            if (url.startsWith("(", valueStart) && STRUCTURES.contains(plain(key.group(1)))) {
                out.append(url, done, valueStart);
                done = valueStart; // (ADDRESS=(HOST=..)): the inner part is read separately
                continue;
            }
            int valueEnd = valueEnd(url, valueStart, separator(url, key.start(1)), driver);
            String value = url.substring(valueStart, valueEnd);
            out.append(url, done, valueStart);
            // A value that looks harmless may contain another property, if the separator is another one.
            boolean shown = value.isEmpty()
                    || (isHarmless(key.group(1)) && value.indexOf('=') < 0)
                    || SAFE_VALUE.matcher(value.strip()).matches();
            out.append(shown ? value : HIDDEN);
            done = valueEnd;
            if (done >= url.length()) {
                break;
            }
        }
        return out.append(url, Math.min(done, url.length()), url.length()).toString();
    }

    private static boolean isHarmless(String key) {
        return HARMLESS.contains(plain(key));
    }

    private static String plain(String key) {
        String plain = key;
        try {
            plain = URLDecoder.decode(key, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Not percent-encoded after all: used as it is.
        }
        return plain.toLowerCase(Locale.ROOT).replaceAll("[_\\-. ]", "");
    }

    /** The separator of this property from the next, by the style of the text. */
    private static char separator(String url, int keyStart) {
        for (int i = keyStart - 1; i >= 0; i--) {
            char c = url.charAt(i);
            if (c == '?' || c == '&') {
                return '&';
            }
            if (c == ';' || c == '(' || c == ',') {
                return c == '(' ? ')' : c;
            }
            if (c == ':' || c == '/') {
                return c == ':' ? ';' : ',';
            }
        }
        return ';';
    }

    private static int valueEnd(String url, int start, char separator, String driver) {
        int n = url.length();
        if (start >= n) {
            return n;
        }
        char first = url.charAt(start);
        if (first == '{' || first == '"' || first == '\'') {
            char close = first == '{' ? '}' : first;
            for (int i = start + 1; i < n; i++) {
                if (url.charAt(i) == close) {
                    if (i + 1 < n && url.charAt(i + 1) == close) {
                        i++;
                        continue;
                    }
                    int end = end(url, i + 1, separator, driver);
                    return end;
                }
            }
            return n;
        }
        return end(url, start, separator, driver);
    }

    private static int end(String url, int from, char separator, String driver) {
        for (int i = from; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c == '\\' && driver.equals("h2")) {
                i++;
                continue;
            }
            if (c == separator || (separator == ')' && c == ',')) {
                return i;
            }
        }
        return url.length();
    }
}
