package com.acme;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs classes as a build tool does. */
final class RunTests {
    private RunTests() {}

    public static void main(String[] args) throws ClassNotFoundException {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        try (LauncherSession session = LauncherFactory.openSession()) {
            LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
            for (String name : args) {
                request.selectors(DiscoverySelectors.selectClass(Class.forName(name)));
            }
            session.getLauncher().execute(request.build(), summary);
            summary.getSummary().printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 5);
            System.out.println("tests found: " + summary.getSummary().getTestsFoundCount() + ", failed: "
                    + summary.getSummary().getTestsFailedCount());
        }
        System.out.println("the session ended well");
        System.exit(0); // as build tools do, whatever threads the tests have left
    }
}
