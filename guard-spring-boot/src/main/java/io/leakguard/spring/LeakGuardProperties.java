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
 * @param enabled whether the guard is on; if off, it returns every resource unchanged and nothing is configured
 * @param name the guard's name in telemetry and thread names; spring.application.name unless set
 * @param capture number of creation stacks that are captured: unlimited, none, or a rate
 * @param escalation time for which a kind is captured in full after one of it leaked without a stack
 * @param app the application's code
 * @param blame code that is never blamed
 * @param report when a path is reported, and the file for the page
 * @param reports limit for the reports of all paths
 * @param sites number of paths that are remembered
 * @param queue number of leaks that may wait to be explained
 * @param reclaim whether the guard closes a resource that was collected without being closed
 * @param trace whether reports name the span in which a resource was opened
 * @param mdc keys of the logging context whose values reports show
 * @param hold whether hold durations are counted
 * @param log whether reports are logged, to io.leakguard.leak
 * @param scope settings of scopes
 * @param overdue longest time that resources of a kind may stay open, as in jdbc.connection=30s,socket=5min
 * @param growth the test for sites that keep growing
 * @param gc when the guard asks the JVM for a collection
 * @param dump when the list of open resources is written to the log
 * @param shutdown the end of the process
 * @param held whether reports say who holds a resource that is still open
 * @param heap the heap dumps that tell it
 * @param suppressions a file of known leaks that are not reported
 * @param jdbc data sources
 * @param watch the watch over descriptors, sockets and memory
 * @param spring parts of the application that are under the guard
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
        @DefaultValue Held held,
        @DefaultValue Heap heap,
        @Nullable String suppressions,
        @DefaultValue Jdbc jdbc,
        @DefaultValue Watch watch,
        @DefaultValue Spring spring) {

    /**
     * The application's code.
     *
     * @param packages the first frame in one of them is blamed; if unset, the guard recognizes your code by its origin
     */
    record App(@DefaultValue List<String> packages) {}

    /**
     * Code that is never blamed.
     *
     * @param skip packages, classes or methods of helpers that open resources for others
     */
    record Blame(@DefaultValue List<String> skip) {}

    /**
     * When a path is reported, and the page.
     *
     * @param interval shortest time between two reports of one path; 0 to report each leak
     * @param file file to which the page is written when the context is closed
     */
    record Report(
            @DefaultValue("1min") String interval, @Nullable String file) {}

    /**
     * Limits for the reports of all paths.
     *
     * @param per limits by time
     */
    record Reports(@DefaultValue Per per) {}

    /**
     * Limits by time.
     *
     * @param minute largest number of reports in a minute
     */
    record Per(@DefaultValue("600") int minute) {}

    /**
     * The paths that leaked.
     *
     * @param max number of paths that are remembered
     */
    record Sites(@DefaultValue("10000") int max) {}

    /**
     * The leaks that wait to be explained.
     *
     * @param capacity largest number of waiting leaks
     */
    record Queue(@DefaultValue("65536") int capacity) {}

    /**
     * Hold durations.
     *
     * @param durations whether hold durations are counted while somebody reads them
     */
    record Hold(@DefaultValue("true") boolean durations) {}

    /**
     * Settings of scopes.
     *
     * @param grace how long a resource may stay open after its scope has ended
     * @param inherit whether a thread that is started inside a scope is in it too; not for applications with pools
     */
    record Scope(
            @DefaultValue("1s") String grace,
            @DefaultValue("false") boolean inherit) {}

    /**
     * The test for sites that keep growing.
     *
     * @param interval how often the number of open resources is sampled; 0 for no test
     * @param capacity number of open resources of one site that would be too many
     */
    record Growth(
            @DefaultValue("4min") String interval,
            @DefaultValue("1000") int capacity) {}

    /**
     * When the guard asks the JVM for a collection.
     *
     * @param after limits of time
     */
    record Gc(@DefaultValue After after) {}

    /**
     * Limits of time.
     *
     * @param idle time without any collection; 0 for never
     */
    record After(@DefaultValue("0") String idle) {}

    /**
     * When the list of open resources is written to the log.
     *
     * @param signal a signal of the operating system, such as HUP
     */
    record Dump(@Nullable String signal) {}

    /**
     * The end of the process.
     *
     * @param hook whether a hook closes the guard; the context's close does that already
     * @param longestWait longest time that the hook waits for the application's own hooks
     */
    record Shutdown(
            @DefaultValue("false") boolean hook,
            @Name("wait") @DefaultValue("10s") String longestWait) {}

    /**
     * What reports of open resources say of their holders.
     *
     * @param by whether they say who holds what is still open; needs guard-heap
     */
    public record Held(@DefaultValue("false") boolean by) {}

    /**
     * The heap dumps that tell who holds a resource.
     *
     * @param dump when and where they are made
     * @param reader the process that reads them
     */
    public record Heap(
            @DefaultValue HeapDump dump, @DefaultValue HeapReader reader) {}

    /**
     * When and where heap dumps are made.
     *
     * @param interval the shortest time between two
     * @param max the largest used heap of which one is made
     * @param folder where they are written and removed from; unset, the folder of temporary files
     */
    public record HeapDump(
            @DefaultValue("1h") String interval,
            @DefaultValue("2g") String max,
            @Nullable String folder) {}

    /**
     * The process that reads heap dumps.
     *
     * @param max its largest heap
     */
    public record HeapReader(@DefaultValue("1g") String max) {}

    /**
     * Data sources.
     *
     * @param excludeBeans names of DataSource beans that stay unguarded
     * @param sql how reports show statements
     * @param borrow slow borrows of connections
     * @param child statements and result sets of a connection
     * @param lobs whether LOBs and arrays are tracked too
     */
    record Jdbc(
            @DefaultValue List<String> excludeBeans,
            @DefaultValue Sql sql,
            @DefaultValue Borrow borrow,
            @DefaultValue Child child,
            @DefaultValue("false") boolean lobs) {}

    /**
     * How reports show statements.
     *
     * @param max number of characters of the SQL text; 0 for none
     * @param mask whether literals are shown as a question mark
     */
    record Sql(
            @DefaultValue("500") int max,
            @DefaultValue("false") boolean mask) {}

    /**
     * Slow borrows of connections.
     *
     * @param slow time after which the log lists the holders of connections
     */
    record Borrow(@DefaultValue("1s") String slow) {}

    /**
     * Statements and result sets of a connection.
     *
     * @param grace how long a collected statement waits for its connection to be closed
     */
    record Child(@DefaultValue("2s") String grace) {}

    /**
     * The watch over descriptors, sockets and memory.
     *
     * @param interval interval at which descriptors are counted
     * @param warning share of a limit at which the watch warns
     * @param high share at which pressure is high
     * @param critical share at which pressure is critical
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
     * @param interval shortest interval between looks at sockets
     */
    record Interval(@DefaultValue("30s") String interval) {}

    /**
     * Sockets that the other side has closed.
     *
     * @param waiting time in CLOSE_WAIT
     */
    record Close(@Name("wait") @DefaultValue Wait waiting) {}

    /**
     * Time in CLOSE_WAIT.
     *
     * @param after time that a socket may be in CLOSE_WAIT
     */
    record Wait(@DefaultValue("60s") String after) {}

    /**
     * Samples of the trends.
     *
     * @param interval interval of the samples
     */
    record Trend(@DefaultValue("5min") String interval) {}

    /**
     * Parts of the application that are under the guard.
     *
     * @param jdbc whether DataSource beans are guarded
     * @param netty whether Netty is guarded
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
