package io.leakguard.agent.internal;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The hooks' calls for the resources that one thread opens and closes to try them. */
final class Probe {

    private final Thread thread = Thread.currentThread();
    private final IdentityHashMap<Object, Hook> open = new IdentityHashMap<>();
    private final Set<Hook> opened = EnumSet.noneOf(Hook.class);
    private final Set<Hook> closed = EnumSet.noneOf(Hook.class);
    private final Map<Hook, String> failures = new HashMap<>();

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    void opened(Hook hook, Object handle) {
        opened.add(hook);
        open.put(handle, hook);
    }

    void closed(Object handle) {
        Hook hook = open.remove(handle);
        if (hook != null) {
            closed.add(hook);
        }
    }

    void failed(Hook hook, String why) {
        failures.put(hook, why);
    }

    /** The reason why a tried hook does not work; null if it works. */
    @Nullable
    String problem(Hook hook) {
        if (opened.contains(hook) && (closed.contains(hook) || AgentKinds.endsByCollection(hook.kind))) {
            return null;
        }
        String why = failures.get(hook);
        return why != null ? why : opened.contains(hook) ? "its close is not told" : "its opening is not told";
    }
}
