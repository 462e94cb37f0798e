package io.leakguard.agent;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** The command {@code held-by}: guard-heap is in the agent's inside, and is loaded for it alone. */
final class HeldBy {

    private final PrintStream out;
    private final PrintStream err;

    HeldBy(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the command.
     *
     * @param args what follows {@code held-by}
     * @return the exit code
     */
    int run(List<String> args) {
        args.stream().filter(word -> word.matches("[1-9][0-9]{0,9}")).limit(1).forEach(this::readStacks);
        return Main.runInside("io.leakguard.heap.HeldByCommand", args, out, err);
    }

    /** Has the agent in a process, if it is there, read the stacks of what is open: a dump has only what was read. */
    private void readStacks(String pid) {
        try {
            VirtualMachine machine = VirtualMachine.attach(pid);
            try {
                if (machine.getSystemProperties().containsKey(Main.INSTALLED)) {
                    String answer = Main.ask(machine, "stacks");
                    if (answer.startsWith("!")) {
                        err.println("held-by: lines of resources that were opened just now may be missing:"
                                + answer.substring(1));
                    }
                }
            } finally {
                machine.detach();
            }
        } catch (NoClassDefFoundError | AttachNotSupportedException | IOException e) {
            // The dump itself will fail for the same reason, and say so.
            return;
        } catch (AgentLoadException | AgentInitializationException e) {
            err.println("held-by: lines of resources that were opened just now may be missing: " + e.getMessage());
        }
    }
}
