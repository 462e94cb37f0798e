package io.leakguard.jdbc.suite;

import io.leakguard.jdbc.suite.Outcomes.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Writes each outcome at once, so that a run that is broken off has told what it did. */
final class OutcomeWriter implements TestExecutionListener {

    private final Writer out;

    OutcomeWriter(Writer out) {
        this.out = out;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        write(test, new Outcome("SKIPPED", reason));
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() != Status.SUCCESSFUL) {
            write(test, outcome(result));
        }
    }

    private static Outcome outcome(TestExecutionResult result) {
        String status = switch (result.getStatus()) {
            case SUCCESSFUL -> "PASSED";
            case FAILED -> "FAILED";
            case ABORTED -> "ABORTED";
        };
        return new Outcome(status, result.getThrowable().map(String::valueOf).orElse(""));
    }

    private synchronized void write(TestIdentifier test, Outcome outcome) {
        try {
            out.write(Outcomes.line(test.getUniqueId(), outcome) + "\n");
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
