package io.leakguard.heap;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command {@code held-by}: takes a dump of a process if it gets no file, has a process of its own read it, and removes
 * what it wrote.
 */
final class HeldByCommand {

    private final PrintStream out;
    private final PrintStream err;
    private final Temporary temporary = new Temporary();

    private HeldByCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the command.
     *
     * @param words what follows {@code held-by}
     * @return 0 if it was done, 1 if it could not be, 2 for wrong usage, 3 if the guard alone holds something
     */
    static int run(List<String> words, PrintStream out, PrintStream err) {
        if (words.contains("--help")) {
            out.println(Arguments.USAGE);
            return Main.OK;
        }
        Arguments given;
        try {
            given = Arguments.of(words);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.println();
            err.println(Arguments.USAGE);
            return Main.USAGE;
        }
        return new HeldByCommand(out, err).run(given);
    }

    private int run(Arguments given) {
        try (temporary) {
            Path folder = Path.of(given.folder().isEmpty() ? System.getProperty("java.io.tmpdir") : given.folder());
            if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
                throw new IOException(folder + " is no folder that this user can write to: give another --folder");
            }
            Path dump = given.isProcess() ? dump(given.source(), folder) : Path.of(given.source());
            return read(dump, folder, given);
        } catch (IOException e) {
            err.println("held-by: " + e.getMessage());
            return Main.FAILED;
        } catch (IllegalArgumentException e) {
            err.println("held-by: '" + given.source() + "' is not a path: " + e.getMessage());
            return Main.USAGE;
        }
    }

    private Path dump(String pid, Path folder) throws IOException {
        Path dump = temporary.addNew(folder, "leakguard-" + pid, ".hprof");
        long begin = System.nanoTime();
        ProcessDump.write(pid, dump);
        err.println("process " + pid + " stood still for the dump of " + (Files.size(dump) >> 20) + " MB, up to "
                + (System.nanoTime() - begin) / 1_000_000 + " ms");
        return dump;
    }

    private int read(Path dump, Path folder, Arguments given) throws IOException {
        List<String> command = new ArrayList<>(ReadingProcess.command(folder, given.heap(), temporary));
        command.add(dump.toString());
        command.addAll(given.filters());
        if (given.json()) {
            command.add("--json");
        }
        Process process = ReadingProcess.builder(command).start();
        temporary.started(process);
        try {
            process.getOutputStream().close();
            Thread errors = new Thread(
                    () -> copy(process.errorReader(StandardCharsets.UTF_8), err), "leakguard-held-by-errors");
            errors.setDaemon(true);
            errors.start();
            copy(process.inputReader(StandardCharsets.UTF_8), out);
            int code = process.waitFor();
            errors.join();
            if (code < 0 || code > Main.FAULT) {
                err.println("held-by: the process that read the dump ended with " + code);
                return Main.FAILED;
            }
            return code;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Main.FAILED;
        } finally {
            process.destroyForcibly();
        }
    }

    private static void copy(java.io.BufferedReader from, PrintStream to) {
        from.lines().forEach(to::println);
    }
}
