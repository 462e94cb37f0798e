package io.leakguard.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;

/**
 * Runs the races: those that share one engine, those with an engine for each state, then those with the real collector.
 * Ends with a failure if a forbidden outcome was seen.
 *
 * <p>Arguments: a pattern of tests, the seconds of the run with the real collector, the folder for the results, and the
 * arguments of jcstress.
 */
public final class StressMain {
    private StressMain() {}

    /** One wait for the reporter serves an epoch, and an epoch's reports must fit into a listener's queue. */
    private static final List<String> LARGE = List.of("-strideSize", "100", "-strideCount", "4");

    private static final List<String> SMALL = List.of("-strideSize", "4", "-strideCount", "2");

    public static void main(String[] args) throws Exception {
        String which = args[0];
        int seconds = Integer.parseInt(args[1]);
        String results = args[2];
        List<String> options = Stream.of(args).skip(3).toList();
        run(
                "io\\.leakguard\\.internal\\.(Close|Scope|HandOff|Observed)Races\\.",
                which,
                results + "/shared/",
                LARGE,
                options);
        run("io\\.leakguard\\.internal\\.GuardRaces\\.", which, results + "/own/", SMALL, options);
        if (seconds > 0) {
            CollectorStress.run(seconds);
        }
    }

    private static void run(String group, String which, String results, List<String> strides, List<String> options)
            throws Exception {
        List<String> all = new ArrayList<>(options);
        all.addAll(strides);
        all.addAll(List.of("-t", "(?=" + group + ").*(" + which + ")", "-r", results));
        Options parsed = new Options(all.toArray(String[]::new));
        if (!parsed.parse()) {
            throw new IllegalArgumentException("jcstress doesn't take " + options);
        }
        JCStress stress = new JCStress(parsed);
        if (stress.getTests().stream().noneMatch(Pattern.compile(which).asPredicate())) {
            System.out.println("no test of " + group + " matches " + which);
            return;
        }
        stress.run(); // throws if a forbidden outcome was seen
    }
}
