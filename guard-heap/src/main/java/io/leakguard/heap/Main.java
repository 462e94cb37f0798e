package io.leakguard.heap;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The process that reads a dump. It needs nothing but the classes of this package that it uses. */
final class Main {

    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** Something is held by the guard alone. */
    static final int FAULT = 3;

    /** The word before a dump in which the process has marked what it asks about. */
    static final String MARKED = "--marked";

    private Main() {}

    /**
     * Reads a dump, prints who holds what, and ends the process with its exit code.
     *
     * @param args a dump and filters
     */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        int code = run(List.of(args), out, err);
        out.flush();
        System.exit(code);
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        try {
            if (args.size() == 2 && args.get(0).equals(MARKED)) {
                HeldBy answer = HeldBy.read(Path.of(args.get(1)), HolderFilter.ALL, true);
                for (int i = 0; i < answer.holders().size(); i++) {
                    if (answer.holders().get(i).strength() == Holder.Strength.NONE) {
                        continue;
                    }
                    out.println(answer.indexes().get(i).stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(","))
                            + "\t" + answer.holders().get(i).strength() + "\t"
                            + Output.holding(answer.holders().get(i)));
                }
                return OK;
            }
            Arguments given = Arguments.of(args);
            HeldBy answer = HeldBy.read(Path.of(given.source()), given.filter());
            out.println(given.json() ? answer.toJson() : answer.toText());
            return answer.hasFault() ? FAULT : OK;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return USAGE;
        } catch (IOException e) {
            err.println("held-by: " + e.getMessage());
            return FAILED;
        } catch (OutOfMemoryError e) {
            err.println("held-by: the dump needs more than "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MB of heap to read: give more, such as --heap 2g");
            return FAILED;
        }
    }
}
