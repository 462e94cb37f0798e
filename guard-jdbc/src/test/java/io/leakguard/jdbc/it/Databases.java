package io.leakguard.jdbc.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Starts the databases that a class says it uses, and ends them with the test run. Registered as a service of these
 * tests: that comes before LeakGuard's own extension, which then finds what the class leaves and not what the databases keep.
 */
public final class Databases implements BeforeAllCallback, AfterAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        UsesDatabases uses = uses(context);
        if (uses == null) {
            return;
        }
        context.getRoot()
                .getStore(Namespace.create(Databases.class))
                .computeIfAbsent(Running.class, type -> new Running(), Running.class);
        Database[] chosen = uses.value();
        for (Database database : chosen.length == 0 ? Database.values() : chosen) {
            if (database.whyNot() == null) {
                database.start();
            }
        }
    }

    /**
     * Closes the drivers' connections that are open: what a class leaks on purpose, which it must say, and what pools forget
     * that are closed while they open connections.
     */
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        UsesDatabases uses = uses(context);
        if (uses != null) {
            int left = Database.closeLeft();
            if (!uses.leaksConnections().isEmpty()) {
                assertThat(left)
                        .as("connections left, since " + uses.leaksConnections())
                        .isPositive();
            }
        }
    }

    private static UsesDatabases uses(ExtensionContext context) {
        return context.getRequiredTestClass().getAnnotation(UsesDatabases.class);
    }

    /** Ended with the test run, in JUnit's root store. */
    private static final class Running implements AutoCloseable {
        @Override
        public void close() throws Exception {
            for (Database database : Database.values()) {
                database.stop();
            }
            Servers.stop();
        }
    }
}
