package io.leakguard.agent.internal;

import io.leakguard.internal.base.Threads;
import java.util.concurrent.TimeUnit;

/** Answers the command line, in the asked process. */
public final class Commands {

    private static final long TIMEOUT_MILLIS = TimeUnit.SECONDS.toMillis(30);

    private Commands() {}

    /**
     * Runs a command on a thread of the guard, so that its resources count as the guard's.
     *
     * @param command {@code status}, {@code open-files}, {@code report}, {@code stacks} or {@code detach}
     * @return the answer
     */
    public static String run(String command) {
        String[] answer = {"! no answer within 30 s"};
        Thread thread = Threads.daemon(() -> answer[0] = answer(command), "leakguard-agent-command");
        thread.start();
        try {
            thread.join(TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return answer[0];
    }

    private static String answer(String command) {
        try {
            Install install = Install.installed();
            if (install == null) {
                return "! the agent is not in this process";
            }
            return switch (command) {
                case "status" -> install.status();
                case "open-files" -> install.openDescriptors();
                case "report" -> install.page();
                case "stacks" -> {
                    install.readStacks();
                    yield "the stacks of what is open are read";
                }
                case "detach" -> {
                    Install.remove();
                    yield "the agent is out of the process, and every class has its bytes back";
                }
                default -> "! the agent in this process knows no command '" + command + "'";
            };
        } catch (Throwable t) {
            return "! the command failed in the process: " + t;
        }
    }
}
