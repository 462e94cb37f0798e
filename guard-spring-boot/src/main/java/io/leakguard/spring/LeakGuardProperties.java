package io.leakguard.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * The settings {@code leakguard.*}, for the metadata that an IDE completes them by. Each module reads its own as texts, so that nothing
 * is bound that nobody has set: times are such as {@code 500ms}, {@code 30s}, {@code 5min}, {@code 2h}.
 *
 * @param enabled whether the guard is on; off, it hands every resource back as it is and nothing is configured
 * @param name the guard's name in telemetry and thread names; spring.application.name unless it is set
 * @param capture how many creation stacks are captured: unlimited, none, or a rate
 * @param escalation for how long a kind is captured in full after one of it leaked without a stack
 * @param app which code is the application's
 * @param blame which code is never blamed
 * @param report when a path is reported, and to which file the page is written
 * @param reports how often all paths together are reported
 * @param sites how many paths are remembered
 * @param queue how many leaks wait to be explained
 * @param reclaim whether the guard closes what was collected without having been closed
 * @param trace whether the span that is current when a resource is opened is kept for its report
 * @param mdc keys of the logging context whose values reports show
 * @param hold whether it is counted how long resources are held
 * @param log whether reports are logged, to io.leakguard.leak
 * @param scope what holds for units of work
 * @param overdue how long resources of a kind may stay open, as in jdbc.connection=30s,socket=5min
 * @param growth the test for what keeps growing
 * @param gc when the guard asks the JVM for a collection
 * @param dump what writes the list of what is open to the log
 * @param shutdown what happens when the process ends
 * @param suppressions a file of known leaks that are not reported
 * @param jdbc data sources
 * @param watch the watch over descriptors, sockets and memory
 * @param spring which parts of the application are under the guard
 */
@ConfigurationProperties("leakguard")
record LeakGuardProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String name,
        @DefaultValue("2000/s") String capture,
        @DefaultValue("30s") String escalation,
        @DefaultValue App app,
        @DefaultValue Blame blame,
        @DefaultValue Report report,
        @DefaultValue Reports reports,
        @DefaultValue Sites sites,
        @DefaultValue Queue queue,
        @DefaultValue("false") boolean reclaim,
        @DefaultValue("true") boolean trace,
        @DefaultValue List<String> mdc,
        @DefaultValue Hold hold,
        @DefaultValue("true") boolean log,
        @DefaultValue Scope scope,
        @Nullable String overdue,
        @DefaultValue Growth growth,
        @DefaultValue Gc gc,
        @DefaultValue Dump dump,
        @DefaultValue Shutdown shutdown,
        @Nullable String suppressions,
        @DefaultValue Jdbc jdbc,
        @DefaultValue Watch watch,
        @DefaultValue Spring spring) {

    /**
     * Which code is the application's.
     *
     * @param packages the first frame in one of them is blamed; unset, the guard tells your code by where it comes from
     */
    record App(@DefaultValue List<String> packages) {}

    /**
     * Which code is never blamed.
     *
     * @param skip packages, classes or methods of helpers through which everybody opens
     */
    record Blame(@DefaultValue List<String> skip) {}

    /**
     * When a path is reported, and the page.
     *
     * @param interval one path is reported at most this often; 0 to report each leak
     * @param file a file to which the page is written when the context is closed
     */
    record Report(
            @DefaultValue("1min") String interval, @Nullable String file) {}

    /**
     * The reports of all paths.
     *
     * @param per in which time
     */
    record Reports(@DefaultValue Per per) {}

    /**
     * In which time.
     *
     * @param minute how many reports in a minute at the most
     */
    record Per(@DefaultValue("600") int minute) {}

    /**
     * The paths that leaked.
     *
     * @param max how many are remembered
     */
    record Sites(@DefaultValue("10000") int max) {}

    /**
     * The leaks that wait to be explained.
     *
     * @param capacity how many at the most
     */
    record Queue(@DefaultValue("65536") int capacity) {}

    /**
     * How long resources are held.
     *
     * @param durations whether it may be counted, while somebody reads it
     */
    record Hold(@DefaultValue("true") boolean durations) {}

    /**
     * What holds for units of work.
     *
     * @param grace how long a resource may stay open after its scope has ended
     * @param inherit whether a thread that is started inside a scope is in it too; not for applications with pools
     */
    record Scope(
            @DefaultValue("1s") String grace,
            @DefaultValue("false") boolean inherit) {}

    /**
     * The test for what keeps growing.
     *
     * @param interval how often the number of open resources is sampled; 0 for no test
     * @param capacity how many open resources of one site would be too many
     */
    record Growth(
            @DefaultValue("4min") String interval,
            @DefaultValue("1000") int capacity) {}

    /**
     * When the guard asks the JVM for a collection.
     *
     * @param after after what
     */
    record Gc(@DefaultValue After after) {}

    /**
     * After which time.
     *
     * @param idle the time without any collection; 0 for never
     */
    record After(@DefaultValue("0") String idle) {}

    /**
     * What writes the list of what is open to the log.
     *
     * @param signal a signal of the operating system, such as HUP
     */
    record Dump(@Nullable String signal) {}

    /**
     * What happens when the process ends.
     *
     * @param hook whether a hook closes the guard; the context's own closing does that already
     * @param longestWait how long the hook waits for the application's own hooks
     */
    record Shutdown(
            @DefaultValue("false") boolean hook,
            @Name("wait") @DefaultValue("10s") String longestWait) {}

    /**
     * Data sources.
     *
     * @param excludeBeans names of DataSource beans that are left as they are
     * @param sql what is shown of a statement
     * @param borrow when a connection was slow to get
     * @param child what is opened under a connection
     * @param lobs whether LOBs and arrays are tracked too
     */
    record Jdbc(
            @DefaultValue List<String> excludeBeans,
            @DefaultValue Sql sql,
            @DefaultValue Borrow borrow,
            @DefaultValue Child child,
            @DefaultValue("false") boolean lobs) {}

    /**
     * What is shown of a statement.
     *
     * @param max how many characters of its SQL; 0 for none
     * @param mask whether literals are shown as a question mark
     */
    record Sql(
            @DefaultValue("500") int max,
            @DefaultValue("false") boolean mask) {}

    /**
     * When a connection was slow to get.
     *
     * @param slow from when on the log says who holds the connections
     */
    record Borrow(@DefaultValue("1s") String slow) {}

    /**
     * What is opened under a connection.
     *
     * @param grace how long a collected statement waits for its connection to be closed
     */
    record Child(@DefaultValue("2s") String grace) {}

    /**
     * The watch over descriptors, sockets and memory.
     *
     * @param interval how often descriptors are counted
     * @param warning from which share of a limit on it warns
     * @param high from which share on pressure is high
     * @param critical from which share on pressure is critical
     * @param socket sockets
     * @param close sockets that the other side has closed
     * @param trend samples of the trends
     * @param deleted deleted files that are still open
     * @param temporary temporary files that this process made and left
     */
    record Watch(
            @DefaultValue("1s") String interval,
            @DefaultValue("0.70") double warning,
            @DefaultValue("0.85") double high,
            @DefaultValue("0.95") double critical,
            @DefaultValue Interval socket,
            @DefaultValue Close close,
            @DefaultValue Trend trend,
            @DefaultValue Deleted deleted,
            @DefaultValue Temporary temporary) {}

    /**
     * Deleted files that are still open.
     *
     * @param limit how many bytes they may hold, as in 500MiB or 2GiB; the thresholds are shares of it
     */
    record Deleted(@DefaultValue("1GiB") String limit) {}

    /**
     * Temporary files that this process made and left.
     *
     * @param limit how many bytes they may have, as in 500MiB or 2GiB; the thresholds are shares of it
     */
    record Temporary(@DefaultValue("1GiB") String limit) {}

    /**
     * Sockets.
     *
     * @param interval how often they are looked at
     */
    record Interval(@DefaultValue("30s") String interval) {}

    /**
     * Sockets that the other side has closed.
     *
     * @param waiting in CLOSE_WAIT
     */
    record Close(@Name("wait") @DefaultValue Wait waiting) {}

    /**
     * In CLOSE_WAIT.
     *
     * @param after for how long a socket may be in it
     */
    record Wait(@DefaultValue("60s") String after) {}

    /**
     * Samples of the trends.
     *
     * @param interval how often one is taken
     */
    record Trend(@DefaultValue("5min") String interval) {}

    /**
     * Which parts of the application are under the guard.
     *
     * @param jdbc whether DataSource beans are
     * @param netty whether Netty is
     * @param web whether each request is a scope
     * @param tasks whether each call of a method with Scheduled, Async, KafkaListener or RabbitListener is a scope
     * @param reactor whether Reactor carries scopes to its threads, by spring.reactor.context-propagation=auto
     * @param watch whether the watch over descriptors, sockets and memory runs
     * @param metrics whether metrics go to Micrometer
     * @param telemetry whether leaks are spans of the application's OpenTelemetry
     */
    record Spring(
            @DefaultValue("true") boolean jdbc,
            @DefaultValue("true") boolean netty,
            @DefaultValue("true") boolean web,
            @DefaultValue("true") boolean tasks,
            @DefaultValue("true") boolean reactor,
            @DefaultValue("true") boolean watch,
            @DefaultValue("true") boolean metrics,
            @DefaultValue("true") boolean telemetry) {}
}
