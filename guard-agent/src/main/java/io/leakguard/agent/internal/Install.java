package io.leakguard.agent.internal;

import io.leakguard.LeakGuard;
import io.leakguard.internal.WatchLink;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the agent into a process. Everything that a hook may need is made before the first hook is written. */
public final class Install {

    private static @Nullable Install installed;

    private final Instrumentation instrumentation;
    private final LeakGuard guard;
    private final Sink sink;
    private final HookTransformer transformer;

    private Install(Instrumentation instrumentation, LeakGuard guard, Sink sink, HookTransformer transformer) {
        this.instrumentation = instrumentation;
        this.guard = guard;
        this.sink = sink;
        this.transformer = transformer;
    }

    /**
     * Starts the guard and hooks the JDK; called by the agent's outside. A bad option is one line, and then nothing is done.
     *
     * @param options {@code key=value,…}; may be null
     * @param instrumentation the JVM's
     * @param attached whether the process ran before
     * @throws Exception if the JVM does not allow it
     */
    public static synchronized void start(@Nullable String options, Instrumentation instrumentation, boolean attached)
            throws Exception {
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
        HookTransformer transformer = new HookTransformer(HookTable.all());
        Install install = new Install(instrumentation, guard, sink, transformer);
        sink.start();
        install.hook();
        installed = install;
    }

    private static void refuse(IllegalArgumentException why) {
        AgentLog.line("the process runs without the guard: " + why.getMessage());
    }

    private void hook() throws UnmodifiableClassException {
        Map<String, List<Point>> points = HookTable.all();
        instrumentation.addTransformer(transformer, true);
        List<Class<?>> loaded = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (HookTransformer.isOfJdk(type.getClassLoader())
                    && points.containsKey(type.getName().replace('.', '/'))) {
                loaded.add(type);
            }
        }
        instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
        for (String failure : transformer.failed()) {
            AgentLog.line("could not hook " + failure);
        }
    }

    LeakGuard guard() {
        return guard;
    }

    Sink sink() {
        return sink;
    }
}
