package io.leakguard.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcUrlsTest {

    /** In each, what must not be shown contains {@code s3}. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://localhost:5432/db?user=joe&password=s3cret&ssl=true",
                "jdbc:postgresql://joe:s3cret@localhost:5432/db",
                "jdbc:postgresql://joe:s3@cret/s3cret@localhost:5432/db",
                "jdbc:postgresql://joe:a?s3cret@localhost/db",
                "jdbc:postgresql://joe:1/s3cret@localhost/db",
                "jdbc:postgresql://h1:5432,h2:5432/db?sslpassword=s3cret&sslkey=k",
                "jdbc:postgresql://h/db?PASSWORD=s3cret",
                "jdbc:postgresql://h/db?pass%77ord=s3cret",
                "jdbc:postgresql://h/db?password=a;s3cret&user=joe",
                "jdbc:postgresql://h/db?password=a,s3cret",
                "jdbc:mysql://joe:s3cret@host:3306/db",
                "jdbc:mysql://host:3306/db?user=joe&password=s3cret&useSSL=false",
                "jdbc:mysql://(host=myhost,port=1111,user=sandy,password=s3cret)/db",
                "jdbc:mysql://address=(host=myhost)(port=1111)(user=sandy)(password=s3cret)/db",
                "jdbc:mysql://joe:s3cret@[(host=h1),(host=h2,password=s3cret2)]/db",
                "jdbc:mysql:replication://joe:s3cret@h1,joe:s3cret@h2/db",
                "jdbc:mysql+srv://joe:s3cret@host/db?trustCertificateKeyStorePassword=s3cret",
                "jdbc:mysql://host/db?password1=s3cret&password2=s3cret",
                "jdbc:mariadb://host/db?user=joe&password=s3cret&keyStorePassword=s3cret",
                "jdbc:mariadb:loadbalance://joe:s3cret@h1:1,h2:2/db",
                "jdbc:oracle:thin:scott/s3cret@//host:1521/service",
                "jdbc:oracle:thin:scott/s3cret@host:1521:sid",
                "jdbc:oracle:thin:scott/\"s3@cret\"@host:1521:sid",
                "jdbc:oracle:thin:proxy[scott]/s3cret@host:1521/service",
                "jdbc:oracle:oci:scott/s3cret@tns",
                "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST=h)(PORT=1))(SECURITY=(WALLET_PASSWORD=s3cret)))",
                "jdbc:oracle:thin:@tcps://host:2484/svc?javax.net.ssl.keyStorePassword=s3cret",
                "jdbc:sqlserver://host:1433;databaseName=db;user=sa;password=s3cret;encrypt=true",
                "jdbc:sqlserver://host;user=sa;password={s3;cr}}et;s3cret};encrypt=true",
                "jdbc:sqlserver://host;accessToken=s3cret;databaseName=db",
                "jdbc:sqlserver://host;keyStoreSecret=s3cret;clientKeyPassword=s3cret;trustStorePassword=s3cret",
                "jdbc:sqlserver://host;AADSecurePrincipalSecret=s3cret",
                "jdbc:jtds:sqlserver://host:1433/db;user=sa;password=s3cret",
                "jdbc:db2://host:50000/db:user=joe;password=s3cret;",
                "jdbc:db2://host:50000/db:user=joe;accessToken=s3cret;apiKey=s3cret;",
                "jdbc:informix-sqli://host:1526/db:INFORMIXSERVER=srv;user=joe;password=s3cret",
                "jdbc:h2:mem:x;USER=sa;PASSWORD=s3cret",
                "jdbc:h2:file:./x;CIPHER=AES;PASSWORD=s3cret\\;s3cret;DB_CLOSE_DELAY=-1",
                "jdbc:h2:tcp://host/x;KEY=s3cret",
                // Found by fuzzing.
                "jdbc:h2:tcp://localhost/x;PASSWORD=(as3cret",
                "jdbc:postgresql://h/db?password=(s3cret)&ssl=true",
                "jdbc:sqlserver://host;user=sa;password=(a=b)s3cret;encrypt=true",
                "jdbc:mysql://(host=h1,user=joe,password=(s3cret)/db",
                "jdbc:h2:mem:x;INIT=CREATE USER a PASSWORD 's3cret'",
                "jdbc:derby:x;create=true;user=joe;password=s3cret;bootPassword=s3cret",
                "jdbc:derby://host:1527/x;encryptionKey=s3cret;newBootPassword=s3cret",
                "jdbc:hsqldb:hsql://host/x;user=sa;password=s3cret;crypt_key=s3cret;crypt_type=AES",
                "jdbc:sqlite:/tmp/x.db?cipher=sqlcipher&key=s3cret&hexkey=s3cret",
                "jdbc:snowflake://acme.host.com/?user=joe&password=s3cret&private_key_pwd=s3cret&token=s3cret",
                "jdbc:snowflake://acme.host.com/?passcode=s3cret&warehouse=w",
                "jdbc:redshift://host:5439/db;UID=joe;PWD=s3cret",
                "jdbc:redshift:iam://host:5439/db?AccessKeyID=a&SecretAccessKey=s3cret&SessionToken=s3cret",
                "jdbc:databricks://host:443;transportMode=http;AuthMech=3;UID=token;PWD=s3cret;Auth_AccessToken=s3cret",
                "jdbc:bigquery://https://host:443;ProjectId=p;OAuthAccessToken=s3cret;OAuthRefreshToken=s3cret",
                "jdbc:bigquery://https://host:443;OAuthClientSecret=s3cret;OAuthPvtKey=s3cret",
                "jdbc:awsathena://AwsRegion=r;UID=a;PWD=s3cret;SecretKey=s3cret",
                "jdbc:trino://host:443/c?user=joe&password=s3cret&accessToken=s3cret&extraCredentials=a:s3cret",
                "jdbc:clickhouse://joe:s3cret@host:8443/db?ssl=true&password=s3cret",
                "jdbc:sybase:Tds:host:5000/db?USER=joe&PASSWORD=s3cret",
                "jdbc:sap://host:30015/?user=joe&password=s3cret",
                "jdbc:teradata://host/USER=joe,PASSWORD=s3cret,TMODE=ANSI",
                "jdbc:firebirdsql://host:3050/x?user=joe&password=s3cret",
                "jdbc:exa:host:8563;user=joe;password=s3cret",
                "jdbc:vertica://host:5433/db?user=joe&password=s3cret&OAuthAccessToken=s3cret",
                "jdbc:hive2://host:10000/db;user=joe;password=s3cret;sslTrustStore=x;trustStorePassword=s3cret",
                "jdbc:phoenix:host:2181:/hbase:joe:k;password=s3cret",
                "jdbc:mongodb://joe:s3cret@host:27017/db?authSource=admin",
                "jdbc:neo4j://host:7687?user=joe&password=s3cret",
                "jdbc:leakguard:postgresql://joe:s3cret@host/db?password=s3cret",
                "jdbc:leakguard:jdbc:mysql://host/db?password=s3cret",
                "jdbc:p6spy:mysql://host/db?password=s3cret",
                "jdbc:aws-wrapper:postgresql://joe:s3cret@host/db?password=s3cret",
                "jdbc:tc:postgresql:///db?password=s3cret",
                "jdbc:unknown://host/db?somethingNew=s3cret",
                "jdbc:cloudspanner:/projects/p/instances/i/databases/d?credentials=s3cret&oauthToken=s3cret",
                // A harmless property's value that goes on with another separator.
                "jdbc:postgresql://h/db?user=u;password=s3cret",
                "jdbc:postgresql://h/db?applicationName=x y;password=s3cret&ssl=true",
                "jdbc:mysql://h/db?user=u;password=s3cret",
                "jdbc:h2:mem:x;USER=sa&PASSWORD=s3cret",
                "jdbc:sqlserver://h;applicationName=x,password=s3cret;encrypt=true",
                "jdbc:sqlserver://h;user={sa;password=s3cret};password={s3cret}",
                "jdbc:athena://Region=x;User=joe;Password=s3cret;Workgroup=w",
                // Logins as Oracle has them, and what was meant as one.
                "jdbc:tibero:thin:joe/s3cret@host:8629:db",
                "jdbc:oceanbase:thin:joe/s3cret@host:1521/db",
                "jdbc:edb:joe/s3cret@host",
                "jdbc:oracle:thin:\"scott\"/\"s3\"\"cret\"@host:1521/svc",
                "jdbc:oracle:thin:sys as sysdba/s3cret@host:1521:sid",
                "jdbc:oracle:thin:@config-https://joe:s3cret@host/path",
                "jdbc:oracle:thin:@ldap://host:389/svc,cn=OracleContext,dc=x?user=joe&password=s3cret",
                "jdbc:postgresql://joe:s3cret",
                "jdbc:postgresql://joe%40acme:s3%40cret@host/db",
                "jdbc:postgresql://host/db?user=jö&password=päss3cret+%26s3cret",
                "jdbc:postgresql://host/db?options=-c%20my.secret=s3cret",
                "jdbc:snowflake://acme/?private_key_base64=s3cret&private_key_file_pwd=s3cret&authenticator=oauth",
                "jdbc:sqlanywhere:uid=dba;pwd=s3cret;eng=x",
                "jdbc:h2:~/x;USER=sa;PASSWORD='s3;cret'",
                "jdbc:h2:tcp://host/~/x;PASSWORD=\"s3;cret\";CIPHER=AES",
                "jdbc:teradata://host/USER=joe,PASSWORD='s3,cret'",
                "jdbc:sap://host:30015/?user=joe&password=\"s3&cret\"",
                "jdbc:bigquery://https://host:443;OAuthPvtKey={\"private_key\":\"s3cret\",\"x\":1};ProjectId=p",
                "jdbc:calcite:model=inline:{\"operand\":{\"jdbcPassword\":\"s3cret\",\"url\":\"jdbc:mysql://u:s3cret@h\"}}",
                "jdbc:duckdb:;motherduck_token=s3cret",
                "jdbc:redis://:s3cret@host:6379/0",
                " JDBC:POSTGRESQL://JOE:s3cret@HOST/DB",
            })
    void no_secret_is_shown(String url) {
        assertThat(JdbcUrls.redact(url)).doesNotContain("s3").doesNotContain("=cret");
    }

    /** What is known to be harmless stays, so that a report says which database it was. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://localhost:5432/orders?user=joe&ssl=true",
                "jdbc:postgresql://h1:5432,h2:5432/orders",
                "jdbc:postgresql:orders",
                "jdbc:postgresql://[::1]:5432/orders",
                "jdbc:mysql://host:3306/orders?useSSL=false",
                "jdbc:mysql://(host=myhost,port=1111,user=sandy)/db",
                "jdbc:oracle:thin:@//host:1521/service",
                "jdbc:oracle:thin:@host:1521:sid",
                "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=s)))",
                "jdbc:sqlserver://host:1433;databaseName=orders;encrypt=true",
                "jdbc:h2:mem:orders;DB_CLOSE_DELAY=-1;MODE=PostgreSQL",
                "jdbc:h2:file:~/orders",
                "jdbc:derby:memory:orders;create=true",
                "jdbc:hsqldb:mem:orders",
                "jdbc:sqlite:/var/lib/orders.db",
                "jdbc:mariadb://localhost:3306/orders",
                "jdbc:db2://host:50000/orders:user=joe;",
                "jdbc:leakguard:h2:mem:orders",
                "jdbc:h2:file:/var/lib/a@b/orders",
                "jdbc:sqlite:/home/joe@acme/orders.db",
                "jdbc:sqlserver://host\\instance:1433;databaseName=orders",
                "jdbc:hive2://h1:2181,h2:2181/",
                "",
                "nonsense",
            })
    void what_is_harmless_is_shown_as_it_is(String url) {
        assertThat(JdbcUrls.redact(url)).isEqualTo(url);
    }

    /** Exactly what is hidden, and what is shown beside it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "jdbc:postgresql://joe:s3cret@localhost:5432/db | jdbc:postgresql://joe:***@localhost:5432/db",
                "jdbc:postgresql://joe@localhost:5432/db?password=a | jdbc:postgresql://joe@localhost:5432/db?password=***",
                "jdbc:postgresql://joe:s3@cret/s3cret@localhost:5432/db | jdbc:postgresql://joe:***@localhost:5432/db",
                "jdbc:postgresql://joe:1/s3cret@localhost/db | jdbc:postgresql://joe:***@localhost/db",
                "jdbc:postgresql://joe:5432/s3cret@localhost/db | jdbc:postgresql://joe:***@localhost/db",
                "jdbc:postgresql://h:5432/db?user=a@b&ssl=true | jdbc:postgresql://h:5432/db?user=a@b&ssl=true",
                "jdbc:postgresql://h:5432/db?user=joe&application_name=me@x&password=s3cret&ssl=true | jdbc:postgresql://h:5432/db?user=joe&application_name=me@x&password=***&ssl=true",
                "jdbc:postgresql://joe:s3cret@h:5432/db?application_name=me@x | jdbc:postgresql://joe:***@h:5432/db?application_name=me@x",
                "jdbc:postgresql://joe:s3cret/x@h:5432/db?application_name=me@x | jdbc:postgresql://joe:***@x",
                "jdbc:postgresql://[::1]:5432/db?user=me@x | jdbc:postgresql://[::1]:5432/db?user=me@x",
                "jdbc:postgresql://joe:s3cret | jdbc:postgresql://joe:***",
                "jdbc:postgresql://joe:s3cret/db | jdbc:postgresql://joe:***/db",
                "jdbc:postgresql://:s3cret@h/db | jdbc:postgresql://:***@h/db",
                "jdbc:postgresql://@h/db | jdbc:postgresql://@h/db",
                "jdbc:mysql://(host=h,port=1111,user=sandy,password=s3cret)/db | jdbc:mysql://(host=h,port=1111,user=sandy,password=***",
                "jdbc:mysql://joe:s3cret@h1:1,joe:s3cret2@h2:2/db?useSSL=true | jdbc:mysql://joe:***@h2:2/db?useSSL=true",
                "jdbc:oracle:thin:scott/s3cret@//host:1521/service | jdbc:oracle:thin:scott/***@//host:1521/service",
                "jdbc:oracle:thin:/@host:1521/service | jdbc:oracle:thin:/***@host:1521/service",
                "jdbc:oracle:thin:@host:1521/service | jdbc:oracle:thin:@host:1521/service",
                "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST=h)(PORT=1))(SECURITY=(WALLET_PASSWORD=s3cret))) | jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST=h)(PORT=1))(SECURITY=(WALLET_PASSWORD=***)))",
                "jdbc:sqlserver://host;user=sa;password={s3;cr}}et;s3cret};encrypt=true | jdbc:sqlserver://host;user=sa;password=***;encrypt=true",
                "jdbc:sqlserver://host;password=s3cret | jdbc:sqlserver://host;password=***",
                "jdbc:sqlserver://host;password=;encrypt=true | jdbc:sqlserver://host;password=;encrypt=true",
                "jdbc:sqlserver://host;password='s3''cret';encrypt=true | jdbc:sqlserver://host;password=***;encrypt=true",
                "jdbc:h2:file:./x;CIPHER=AES;PASSWORD=s3cret\\;s3cret;DB_CLOSE_DELAY=-1 | jdbc:h2:file:./x;CIPHER=***;PASSWORD=***;DB_CLOSE_DELAY=-1",
                "jdbc:h2:file:./x;PASSWORD=\"s3;c\";IFEXISTS=TRUE | jdbc:h2:file:./x;PASSWORD=***;IFEXISTS=TRUE",
                "jdbc:db2://host:50000/db:user=joe;password=s3cret; | jdbc:db2://host:50000/db:user=joe;password=***;",
                "jdbc:teradata://host/USER=joe,PASSWORD=s3cret,TMODE=ANSI | jdbc:teradata://host/USER=joe,PASSWORD=***,TMODE=ANSI",
                "jdbc:leakguard:postgresql://joe:s3cret@host/db?password=s3cret | jdbc:leakguard:postgresql://joe:***@host/db?password=***",
                "jdbc:leakguard:jdbc:mysql://host/db?password=s3cret&useSSL=true | jdbc:leakguard:jdbc:mysql://host/db?password=***&useSSL=true",
                "jdbc:postgresql://h/db?reWriteBatchedInserts=all | jdbc:postgresql://h/db?reWriteBatchedInserts=all",
                "jdbc:postgresql://h/db?options=on&x=1 | jdbc:postgresql://h/db?options=on&x=***",
                "jdbc:postgresql://h/db?password={s3cret | jdbc:postgresql://h/db?password=***"
            })
    void a_secret_is_hidden_from_its_beginning_to_its_end(String url, String shown) {
        assertThat(JdbcUrls.redact(url)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mysql://joe:s3cret@db.acme.com:3306/orders?password=s3cret&useSSL=true",
                "jdbc:postgresql://db.acme.com/orders?password=s3cret&user=joe",
                "jdbc:sqlserver://db.acme.com;databaseName=orders;password={s3;cret};user=sa"
            })
    void host_and_database_are_shown_beside_a_hidden_password(String url) {
        assertThat(JdbcUrls.redact(url)).contains("db.acme.com", "orders", "***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a=", "(", ")", "//", "/", "@", ":", ";", "?", "&a=b", "{", "\"", "%", "%zz", "a", "=s3cret;"})
    void a_hostile_url_costs_little_and_shows_no_secret(String part) {
        String hostile = part.repeat(2_000_000 / part.length());
        for (String url : new String[] {
            hostile,
            "jdbc:postgresql://joe:s3cret" + hostile + "@host/db?password=s3cret",
            "jdbc:mysql://" + part.repeat(1_000) + "joe:s3cret@host/db?password=s3cret&" + part.repeat(200),
            "jdbc:h2:mem:x;" + part.repeat(1_000) + ";PASSWORD=s3cret",
            "jdbc:leakguard:".repeat(1_000) + "postgresql://joe:s3cret@host/db"
        }) {
            assertThat(assertTimeoutPreemptively(Duration.ofSeconds(20), () -> JdbcUrls.redact(url)))
                    .doesNotContain("s3cret")
                    .hasSizeLessThan(url.length() + 1_000);
        }
    }
}
