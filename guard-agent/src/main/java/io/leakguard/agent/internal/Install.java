package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.internal.AgentLink;
import io.leakguard.internal.WatchLink;
import io.leakguard.internal.base.Threads;
import io.leakguard.report.HtmlReport;
import io.leakguard.watch.FileDescriptors;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the agent into a process, and removes it. Everything that a hook may need is made before the first hook is
 * written.
 */
public final class Install {

    /** Shows the command line that the agent is in the process. */
    static final String INSTALLED = "leakguard.agent.installed";

    /** The path of the agent's jar. */
    static final String JAR = "leakguard.agent.jar";

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.agent");

    private static @Nullable Install installed;

    private final Instrumentation instrumentation;
    private final LeakGuard guard;
    private final WatchLink link;
    private final JvmOwn own;
    private final GuardRecords records;
    private final Sink sink;
    private final HookTransformer transformer = new HookTransformer(HookTable.all());
    private final Background background;
    private final Set<String> hookedWhenLoaded = new HashSet<>();
    private final Thread ending = Threads.daemon(AgentLog::stop, "leakguard-agent-end");

    private Map<Integer, String> openBefore = Map.of();
    private boolean attached;
    private String summary = "";

    private Install(Instrumentation instrumentation, LeakGuard guard, WatchLink link) throws Exception {
        this.instrumentation = instrumentation;
        this.guard = guard;
        this.link = link;
        this.own = new JvmOwn(transformer::isReclaimSeen);
        Insides.open(instrumentation);
        Bridges.define();
        this.records = new GuardRecords(link.observe(own), own);
        this.sink = new Sink(records, Insides.find());
        this.background = new Background(guard, sink, records);
    }

    /**
     * Starts the guard and hooks the JDK. The agent's outside calls it. For a bad option it prints one line and does
     * nothing.
     *
     * @param options {@code key=value,…}; may be null
     * @param instrumentation the JVM's
     * @param attached whether the process was running already
     * @param jar the agent's jar
     * @return false if the agent is not in the process now
     * @throws Exception if the JVM does not allow it
     */
    public static synchronized boolean start(
            @Nullable String options, Instrumentation instrumentation, boolean attached, String jar) throws Exception {
        if (installed != null) {
            AgentLog.line("the agent is in this process already: its options stay as they are");
            return true;
        }
        AgentOptions applied;
        LeakGuard guard;
        try {
            applied = AgentOptions.apply(options);
        } catch (IllegalArgumentException e) {
            refuse(e);
            return false;
        }
        try {
            guard = LeakGuard.builder().build();
        } catch (IllegalArgumentException e) {
            applied.undo();
            refuse(e);
            return false;
        }
        WatchLink link = WatchLink.to(guard);
        if (link == null) {
            AgentLog.line("switched off by leakguard.enabled=false: the process runs without the guard");
            return false;
        }
        AgentLog.start();
        try {
            Install install = new Install(instrumentation, guard, link);
            install.run(attached, jar);
            installed = install;
            return true;
        } catch (Throwable t) {
            guard.close();
            AgentLog.stop();
            throw t;
        }
    }

    private static void refuse(IllegalArgumentException why) {
        AgentLog.line("the process runs without the guard: " + why.getMessage());
    }

    private void run(boolean attached, String jar) throws UnmodifiableClassException {
        this.attached = attached;
        sink.warmUp();
        sink.start();
        hook();
        System.setProperty(INSTALLED, version());
        System.setProperty(JAR, jar);
        tell(jar);
        openBefore = Descriptors.all(); // after the self-test, for which the JVM opens some for good
        if (attached) {
            joinApplications();
        }
        Runtime.getRuntime().addShutdownHook(ending);
        background.start();
    }

    /** Joins applications that made their guards earlier. */
    private void joinApplications() {
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (type.getName().equals(AgentLink.class.getName()) && type != AgentLink.class) {
                try {
                    type.getMethod("join").invoke(null);
                } catch (ReflectiveOperationException | LinkageError e) {
                    LOG.warn("an application's guard could not be joined: {}", e.toString());
                }
            }
        }
    }

    private void hook() throws UnmodifiableClassException {
        Set<String> types = HookTable.all().keySet();
        instrumentation.addTransformer(transformer, true);
        List<Class<?>> loaded = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            String name = type.getName().replace('.', '/');
            if (HookTransformer.isOfJdk(type.getClassLoader()) && types.contains(name)) {
                loaded.add(type);
                hookedWhenLoaded.add(name);
            }
        }
        instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
        for (String failure : transformer.failed()) {
            LOG.error("could not hook {}", failure);
        }
    }

    private void tell(String jar) {
        summary = "(JDK " + Runtime.version() + ") · " + SelfTest.run(sink, transformer, hookedWhenLoaded, jar)
                + (attached ? " · resources that were opened before the agent came are unknown" : "")
                + (FileDescriptors.ofThisProcess().used().isPresent()
                        ? ""
                        : " · descriptors can't be counted or listed here: there is no /proc");
        LOG.info("LeakGuard {} watches this process without code {}", guard.name(), summary);
    }

    private static String version() {
        String version = LeakGuard.class.getPackage().getImplementationVersion();
        return version == null ? "1" : version;
    }

    /** The agent in this process; null if there is none. */
    static synchronized @Nullable Install installed() {
        return installed;
    }

    /** The agent's state as text. */
    String status() {
        StringBuilder out = new StringBuilder(1_024);
        out.append("LeakGuard ").append(guard.name()).append(' ').append(summary);
        out.append(StatusText.of(AgentLink.kindsOf(guard)));
        for (AppGuard app : records.applications()) {
            if (app.answer("kinds") instanceof List<?> kinds) {
                out.append(StatusText.of(kinds));
            }
        }
        out.append(StatusText.buffers(resources()));
        out.append('\n').append(own.count()).append(" descriptors of the JVM's own are set apart");
        out.append(StatusText.of(background.watch()));
        if (AgentLog.dropped() > 0) {
            out.append("\n").append(AgentLog.dropped()).append(" lines of the log were lost: too many waited");
        }
        for (String failure : transformer.failed()) {
            out.append("\ncould not hook ").append(failure);
        }
        return out.toString();
    }

    /** The page of the application's guard if it has one, since that guard has all records. */
    String page() throws ReflectiveOperationException {
        for (AppGuard app : records.applications()) {
            Object of = app.answer("guard");
            if (of != null) {
                Class<?> report = Class.forName(
                        "io.leakguard.report.HtmlReport", true, of.getClass().getClassLoader());
                Object page = report.getMethod("of", of.getClass()).invoke(null, of);
                return (String) report.getMethod("toHtml").invoke(page);
            }
        }
        return HtmlReport.of(guard).toHtml();
    }

    /** Reads the stacks of what is open, in the guard of each application too. */
    void readStacks() throws ReflectiveOperationException {
        guard.open();
        for (AppGuard app : records.applications()) {
            Object of = app.answer("guard");
            if (of != null) {
                of.getClass().getMethod("open").invoke(of);
            }
        }
    }

    String openDescriptors() {
        return new OpenDescriptors(resources(), own, openBefore, attached).toText();
    }

    /** The records of each guard of this process: see {@link AgentLink#row}. */
    private List<Object[]> resources() {
        List<Object[]> all = new ArrayList<>();
        link.forEachObserved((descriptors, resource) -> all.add(AgentLink.row(descriptors, resource)));
        for (AppGuard app : records.applications()) {
            if (app.answer("resources") instanceof List<?> rows) {
                rows.forEach(row -> all.add((Object[]) row));
            }
        }
        return all;
    }

    /** Restores the bytes of each class, and ends the guard. Its records are dropped. */
    static synchronized void remove() throws UnmodifiableClassException {
        Install install = installed;
        if (install == null) {
            return;
        }
        installed = null;
        install.sink.stop();
        install.instrumentation.removeTransformer(install.transformer);
        List<Class<?>> hooked = new ArrayList<>();
        Set<String> found = new HashSet<>();
        for (Point point : install.transformer.found()) {
            found.add(point.type());
        }
        for (Class<?> type : install.instrumentation.getAllLoadedClasses()) {
            if (HookTransformer.isOfJdk(type.getClassLoader())
                    && found.contains(type.getName().replace('.', '/'))) {
                hooked.add(type);
            }
        }
        install.instrumentation.retransformClasses(hooked.toArray(new Class<?>[0]));
        install.records.forgetAll();
        install.background.stop();
        install.guard.close();
        System.clearProperty(INSTALLED);
        System.clearProperty(JAR);
        try {
            Runtime.getRuntime().removeShutdownHook(install.ending);
        } catch (IllegalStateException e) {
            return; // the process is ending, and the hook writes the rest
        }
        LOG.info("the agent is out of this process: {} classes have their bytes back", hooked.size());
        AgentLog.stop();
    }
}
