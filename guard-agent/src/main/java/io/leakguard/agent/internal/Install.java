package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.internal.WatchLink;
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

/** Puts the agent into a process. Everything that a hook may need is made before the first hook is written. */
public final class Install {

    private static final Logger LOG = LoggerFactory.getLogger("io.leakguard.agent");

    private static @Nullable Install installed;

    private final Instrumentation instrumentation;
    private final LeakGuard guard;
    private final Sink sink;
    private final HookTransformer transformer;
    private final Background background;
    private final Set<String> hookedWhenLoaded = new HashSet<>();

    private Install(Instrumentation instrumentation, LeakGuard guard, Sink sink, HookTransformer transformer) {
        this.instrumentation = instrumentation;
        this.guard = guard;
        this.sink = sink;
        this.transformer = transformer;
        this.background = new Background(guard);
    }

    /**
     * Starts the guard and hooks the JDK; called by the agent's outside. A bad option is one line, and then nothing is done.
     *
     * @param options {@code key=value,…}; may be null
     * @param instrumentation the JVM's
     * @param attached whether the process ran before
     * @param jar the agent's jar
     * @throws Exception if the JVM does not allow it
     */
    public static synchronized void start(
            @Nullable String options, Instrumentation instrumentation, boolean attached, String jar) throws Exception {
        if (installed != null) {
            AgentLog.line("the agent is in this process already");
            return;
        }
        AgentOptions applied;
        LeakGuard guard;
        try {
            applied = AgentOptions.apply(options);
        } catch (IllegalArgumentException e) {
            refuse(e);
            return;
        }
        try {
            guard = LeakGuard.builder().build();
        } catch (IllegalArgumentException e) {
            applied.undo();
            refuse(e);
            return;
        }
        WatchLink link = WatchLink.to(guard);
        if (link == null) {
            AgentLog.line("switched off by leakguard.enabled=false: the process runs without the guard");
            return;
        }
        AgentLog.start();
        Insides.open(instrumentation);
        Bridges.define();
        Sink sink = new Sink(new GuardRecords(link.observe(new JvmOwn())), Insides.find());
        sink.warmUp();
        Install install = new Install(instrumentation, guard, sink, new HookTransformer(HookTable.all()));
        sink.start();
        install.hook();
        installed = install;
        install.tell(attached, jar);
        install.background.start();
    }

    private static void refuse(IllegalArgumentException why) {
        AgentLog.line("the process runs without the guard: " + why.getMessage());
    }

    private void hook() throws UnmodifiableClassException {
        Map<String, List<Point>> points = HookTable.all();
        instrumentation.addTransformer(transformer, true);
        List<Class<?>> loaded = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            String name = type.getName().replace('.', '/');
            if (HookTransformer.isOfJdk(type.getClassLoader()) && points.containsKey(name)) {
                loaded.add(type);
                hookedWhenLoaded.add(name);
            }
        }
        instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
        for (String failure : transformer.failed()) {
            AgentLog.line("could not hook " + failure);
        }
    }

    private void tell(boolean attached, String jar) {
        LOG.info(
                "LeakGuard {} watches this process without code (JDK {}) · {}{}{}",
                guard.name(),
                Runtime.version(),
                SelfTest.run(sink, transformer, hookedWhenLoaded, jar),
                attached ? " · what was opened before the agent came is unknown" : "",
                FileDescriptors.ofThisProcess().used().isPresent()
                        ? ""
                        : " · descriptors can't be counted here: there is no /proc");
    }

    LeakGuard guard() {
        return guard;
    }

    Sink sink() {
        return sink;
    }
}
