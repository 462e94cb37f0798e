package io.leakguard.agent;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** The command line for operators. It talks to a process through the JVM's attach mechanism, without a port. */
final class Main {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private static final String HELP = """
            usage: java -jar guard-agent.jar <command>

              attach <pid> [key=value,…]
                                     puts the agent into a running process; what is open there already stays unknown
              status <pid>           shows what the agent sees there, and counts of each kind
              open-files <pid>       shows each descriptor of a process with the line that opened it; of a process
                                     without the agent, the descriptors by type and TCP state
              report <pid> <file>    writes the page of leaks and open resources to a file
              held-by <pid | file.hprof> [filters]
                                     shows who holds what is open there: takes a heap dump of a process that has the
                                     agent or guard-core, for which it stands still, or reads one; 'held-by --help'
              detach <pid>           takes the agent out: every class gets its bytes back
              preflight [<pid>] [--strict]
                                     shows the limits of a running process, without a number those of this shell, and
                                     of this machine: what they mean for a daemon, and what to change
              help                   shows this

            with a process from its start: java -javaagent:guard-agent.jar[=key=value,…] -jar daemon.jar

            exit codes: 0 done, 1 it could not be done, 2 wrong usage, 3 warnings (preflight --strict; held-by: the guard
            alone holds something)""";

    static final String INSTALLED = "leakguard.agent.installed";

    private final PrintStream out;
    private final PrintStream err;

    Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args the command and its arguments
     */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(new Main(out, err).run(List.of(args)));
    }

    int run(List<String> args) {
        if (args.isEmpty()) {
            return usage("a command is missing");
        }
        String command = args.get(0);
        return switch (command) {
            case "help", "-h", "--help" -> {
                out.println(HELP);
                yield OK;
            }
            case "preflight" -> ofCore(args);
            case "held-by" -> new HeldBy(out, err).run(args.subList(1, args.size()));
            case "attach", "status", "open-files", "report", "detach" -> ofProcess(command, args);
            default -> usage("there is no command '" + command + "'");
        };
    }

    private int ofProcess(String command, List<String> args) {
        if (args.size() < 2 || !args.get(1).matches("[1-9][0-9]{0,9}")) {
            return command.equals("open-files") && args.size() > 1
                    ? ofCore(args) // of this process, or a recorded one
                    : usage(command + " needs the number of a process: jps or ps shows it");
        }
        int most = command.equals("attach") || command.equals("report") ? 3 : 2;
        if (args.size() > most && command.equals("open-files")) {
            return ofCore(args);
        }
        if (args.size() > most) {
            return usage(command + " takes no '" + args.get(most) + "'");
        }
        if (command.equals("report") && args.size() < 3) {
            return usage("report needs the path of the file to write");
        }
        try {
            return talk(command, args);
        } catch (NoClassDefFoundError e) {
            err.println(command + ": this Java has no module jdk.attach: use the java of a JDK");
        } catch (AttachNotSupportedException e) {
            return withoutAgent(command, args, "process " + args.get(1) + " can't be attached to: " + e.getMessage());
        } catch (IOException | AgentLoadException | AgentInitializationException | RuntimeException e) {
            return withoutAgent(
                    command,
                    args,
                    "process " + args.get(1) + " can't be attached to, run this as the process's user ("
                            + e.getMessage() + ")");
        }
        return FAILED;
    }

    private int talk(String command, List<String> args)
            throws IOException, AttachNotSupportedException, AgentLoadException, AgentInitializationException {
        String pid = args.get(1);
        VirtualMachine machine = VirtualMachine.attach(pid);
        try {
            boolean installed = machine.getSystemProperties().containsKey(INSTALLED);
            if (command.equals("attach")) {
                return attach(machine, pid, installed, args.size() > 2 ? args.get(2) : "");
            }
            if (!installed) {
                return withoutAgent(
                        command,
                        args,
                        "the agent is not in process " + pid + ": start it with -javaagent, or put it there by"
                                + " 'attach " + pid + "'");
            }
            String answer = ask(machine, command);
            if (answer.startsWith("!")) {
                err.println(command + ":" + answer.substring(1));
                return FAILED;
            }
            if (command.equals("report")) {
                Path file = Path.of(args.get(2));
                Files.writeString(file, answer, StandardCharsets.UTF_8);
                out.println("written to " + file);
            } else {
                out.println(answer);
            }
            return OK;
        } catch (InvalidPathException e) {
            return usage("'" + args.get(2) + "' is not a path");
        } finally {
            machine.detach();
        }
    }

    private int attach(VirtualMachine machine, String pid, boolean installed, String options)
            throws IOException, AgentLoadException, AgentInitializationException {
        if (installed) {
            err.println("attach: the agent is in process " + pid + " already");
            return FAILED;
        }
        machine.loadAgent(jar(), options);
        if (!machine.getSystemProperties().containsKey(INSTALLED)) {
            err.println("attach: the agent refused; the log of process " + pid + " says why");
            return FAILED;
        }
        out.println("the agent is in process " + pid);
        return OK;
    }

    static String ask(VirtualMachine machine, String command)
            throws IOException, AgentLoadException, AgentInitializationException {
        String number = Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX);
        machine.loadAgent(jar(), LeakGuardAgent.QUESTION + number + " " + command);
        String answer = machine.getSystemProperties().getProperty(LeakGuardAgent.ANSWER + number);
        return answer == null ? "! no answer" : answer;
    }

    private static String jar() {
        return LeakGuardAgent.jar().getPath();
    }

    /** The part of the answer that needs no agent in the process. */
    private int withoutAgent(String command, List<String> args, String why) {
        if (command.equals("open-files")) {
            err.println(why);
            return ofCore(args);
        }
        err.println(command + ": " + why);
        return FAILED;
    }

    /** The command line of guard-core. */
    private int ofCore(List<String> args) {
        return runInside("io.leakguard.watch.Main", args, out, err);
    }

    /** Runs a command of a class in the agent's inside, and returns its exit code. */
    static int runInside(String className, List<String> args, PrintStream out, PrintStream err) {
        try {
            Class<?> command = Class.forName(className, true, new AgentLoader(LeakGuardAgent.jar()));
            Method run = command.getDeclaredMethod("run", List.class, PrintStream.class, PrintStream.class);
            run.setAccessible(true);
            return (int) run.invoke(null, args, out, err);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException why ? why : new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException | IOException e) {
            err.println("the jar is damaged: " + e);
            return FAILED;
        }
    }

    private int usage(String problem) {
        err.println(problem);
        err.println();
        err.println(HELP);
        return USAGE;
    }
}
