package io.leakguard.watch;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of the jar. It works with this jar alone, so it uses no class that needs a library. */
final class Main {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int WARNINGS = 3;

    private static final String HELP = """
            usage: java -jar guard-core.jar <command>

              preflight [<pid>] [--strict]
                                     shows the limits of a running process, without a number those of this shell, and
                                     of this machine: what they mean for a daemon, and what to change
                                     --strict: exit code 3 if there is a warning
              open-files <pid>       shows the descriptors of a running process by type and TCP state
              help                   shows this

            options of both:
              --root <folder>        reads a recorded copy of /proc and /sys in that folder

            exit codes: 0 done, 1 it could not be read, 2 wrong usage, 3 warnings (preflight --strict)""";

    private Main() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(List.of(args), out, err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        List<String> words = new ArrayList<>();
        Path root = Path.of("/");
        boolean strict = false;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            switch (arg) {
                case "-h", "--help" -> {
                    out.println(HELP);
                    return OK;
                }
                case "--strict" -> strict = true;
                case "--root" -> {
                    if (i + 1 == args.size()) {
                        return usage(err, "--root needs a folder");
                    }
                    String given = args.get(++i);
                    try {
                        root = Path.of(given);
                    } catch (InvalidPathException e) {
                        return usage(err, "'" + given + "' is not a path");
                    }
                    if (!Files.isDirectory(root)) {
                        return usage(err, "'" + given + "' is not a folder");
                    }
                }
                default -> {
                    if (arg.startsWith("-")) {
                        return usage(err, "there is no option '" + arg + "'");
                    }
                    words.add(arg);
                }
            }
        }
        if (words.isEmpty()) {
            return usage(err, "a command is missing");
        }
        String command = words.get(0);
        boolean recorded = !root.equals(Path.of("/"));
        return switch (command) {
            case "help" -> {
                out.println(HELP);
                yield OK;
            }
            case "preflight" -> {
                if (words.size() > 2 || (words.size() == 2 && !isPid(words.get(1)))) {
                    yield usage(
                            err,
                            "preflight takes the number of one process, not '" + words.get(words.size() - 1) + "'");
                }
                String pid = words.size() == 2 ? words.get(1) : "self";
                ProcFs proc = new ProcFs(root, pid);
                if (words.size() == 2 && !Files.isDirectory(proc.ofProcess(""))) {
                    err.println(
                            "preflight: there is no process " + pid + " (or no /proc, or it is mounted with hidepid)");
                    yield FAILED;
                }
                out.println(
                        words.size() == 2
                                ? "process " + pid
                                : recorded
                                        ? "the machine recorded in " + root
                                        : "this shell's process; a service or container has limits of its own: preflight <pid>");
                if (!Files.exists(root.resolve("proc"))) {
                    out.println("there is no /proc here: most of this is known on Linux only");
                }
                HostLimits limits = words.size() == 1 && !recorded ? HostLimits.read() : HostLimits.read(proc);
                out.println(limits.toText());
                yield strict && limits.worst() == HostLimits.Risk.WARNING ? WARNINGS : OK;
            }
            case "open-files" -> {
                if (strict) {
                    yield usage(err, "--strict is an option of preflight");
                }
                if (words.size() != 2) {
                    yield usage(err, "open-files needs the number of one process");
                }
                yield openFiles(root, words.get(1), out, err);
            }
            default -> usage(err, "there is no command '" + command + "'");
        };
    }

    private static int openFiles(Path root, String pid, PrintStream out, PrintStream err) {
        if (!pid.equals("self") && !isPid(pid)) {
            return usage(err, "'" + pid + "' is not the number of a process: jps or ps shows it");
        }
        try {
            out.println(OpenFiles.describe(new ProcFs(root, pid)));
            return OK;
        } catch (OpenFiles.Unreadable e) {
            err.println("open-files: " + e.getMessage());
            return FAILED;
        }
    }

    private static boolean isPid(String word) {
        return word.matches("[1-9][0-9]{0,9}");
    }

    private static int usage(PrintStream err, String problem) {
        err.println(problem);
        err.println();
        err.println(HELP);
        return USAGE;
    }
}
