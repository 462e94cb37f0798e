package io.leakguard.internal;

import io.leakguard.GuardStats;
import io.leakguard.LeakGuard;
import io.leakguard.OpenResources;
import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import io.leakguard.internal.track.ObservedTable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Joins the agent, if the process has one: what its hooks see is recorded by the process-wide guard of this class loader. The
 * agent has classes of its own, so both talk through a class in the boot loader, by types of the JDK only.
 */
public final class AgentLink {

    /** The agent's class in the boot loader. */
    private static final String BRIDGE = "java.lang.LeakGuardBridge";

    private static volatile @Nullable MethodHandle wrapped;

    /** A process-wide guard of now or before, and what hooks have told it. */
    private record Joined(WeakReference<LeakGuard> guard, ObservedTable table, AgentsOwners owners) {}

    /** The newest first. A guard may give its place to another one for a while: what it has open is closed meanwhile. */
    private static final List<Joined> ALL = new ArrayList<>();

    private static volatile ObservedTable[] tables = {};

    /** Held here, and weakly by the agent, so that the agent keeps no application alive. */
    @SuppressWarnings("unused")
    private static volatile Object @Nullable [] held;

    private static volatile @Nullable Runnable whenAttached;

    private AgentLink() {}

    /** The guard's class says how the process-wide guard joins, if there is one. */
    public static void whenAttached(Runnable joining) {
        whenAttached = joining;
    }

    /** A guard has become the process-wide one. */
    public static void join(LeakGuard guard) {
        try {
            Class<?> bridge = Class.forName(BRIDGE, false, null);
            WatchLink link = WatchLink.to(guard);
            if (link != null) {
                join(bridge, guard, link);
            }
        } catch (ClassNotFoundException e) {
            // There is no agent.
        } catch (Throwable t) {
            WatchLink link = WatchLink.to(guard);
            if (link != null) {
                link.failed("joining the agent", t);
            }
        }
    }

    private static void join(Class<?> bridge, LeakGuard guard, WatchLink link) throws Throwable {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Joined joined = joined(guard, link);
        AgentsOwners owners = joined.owners();
        ObservedTable table = joined.table();
        warmUp(table); // a hook must find all that it needs loaded
        Object[] ours = {
            AgentLink.class.getClassLoader(),
            opened(table),
            (Predicate<Object>) AgentLink::closed,
            (Predicate<Object>) AgentLink::forget,
            (BiConsumer<Object, Object>) AgentLink::detail,
            (BiFunction<Object, Object[], Object>) (handle, data) -> adopt(table, handle, data),
            (Function<String, @Nullable Object>) question -> answer(table, guard, link, question)
        };
        MethodHandle join = lookup.findStatic(bridge, "join", MethodType.methodType(Object[].class, Object[].class));
        held = ours;
        Object[] agents = (Object[]) join.invoke((Object) ours);
        if (agents == null) {
            held = null; // it is being taken out
        } else {
            owners.are(agents);
            wrapped = lookup.findStatic(bridge, "wrapped", MethodType.methodType(void.class, Object.class));
        }
    }

    private static Joined joined(LeakGuard guard, WatchLink link) {
        synchronized (ALL) {
            Joined found = null;
            for (Iterator<Joined> i = ALL.iterator(); i.hasNext(); ) {
                Joined one = i.next();
                LeakGuard its = one.guard().get();
                if (its == guard) {
                    found = one;
                }
                if (its == guard || its == null || !its.isEnabled()) {
                    i.remove();
                }
            }
            if (found == null) {
                AgentsOwners owners = new AgentsOwners();
                found = new Joined(new WeakReference<>(guard), link.observe(owners), owners);
            }
            ALL.add(0, found);
            tables = ALL.stream().map(Joined::table).toArray(ObservedTable[]::new);
            return found;
        }
    }

    /** What hooks have told a guard; null if it was never the process-wide one of a process with the agent. */
    public static @Nullable ObservedTable tableOf(LeakGuard guard) {
        synchronized (ALL) {
            for (Joined one : ALL) {
                if (one.guard().refersTo(guard)) {
                    return one.table();
                }
            }
            return null;
        }
    }

    private static boolean closed(Object handle) {
        for (ObservedTable table : tables) {
            if (table.closed(handle)) {
                return true;
            }
        }
        return false;
    }

    private static boolean forget(Object handle) {
        for (ObservedTable table : tables) {
            if (table.forget(handle)) {
                return true;
            }
        }
        return false;
    }

    private static void warmUp(ObservedTable table) {
        Object handle = new Object();
        ResourceKind kind = ResourceKind.CLOSEABLE;
        table.opened(handle, kind, "warm-up", 1);
        table.describe(handle, "warm-up");
        forget(handle);
        closed(handle);
    }

    /** A wrapper is tracked: what it is around is no resource of its own. */
    static void wrapped(@Nullable Object delegate) {
        MethodHandle tell = wrapped;
        if (tell != null && delegate != null) {
            try {
                tell.invokeExact(delegate);
            } catch (Throwable t) {
                wrapped = null; // another agent than this knows: two records then
            }
        }
    }

    private static BiFunction<Object, Object[], Object> opened(ObservedTable table) {
        return (handle, data) -> table.opened(handle, kind(data), data[3], data[4]);
    }

    private static void detail(Object handle, Object detail) {
        for (ObservedTable table : tables) {
            if (detail instanceof Integer number) {
                table.descriptor(handle, number);
            } else {
                table.describe(handle, detail);
            }
        }
    }

    private static ResourceKind kind(Object[] data) {
        return ResourceKind.of((String) data[0], AtCollection.valueOf((String) data[1]), (String) data[2]);
    }

    /** Takes over what the agent's guard has recorded before this one was made. */
    private static Object adopt(ObservedTable table, Object handle, Object[] data) {
        return table.adopt(
                handle,
                kind(data),
                data[3],
                data[4],
                (long) data[5],
                (String) data[6],
                (long) data[7],
                (StackTraceElement[]) data[8]);
    }

    /** See {@link #kinds}. */
    public static List<Object[]> kindsOf(LeakGuard guard) {
        return kinds(guard);
    }

    /** The agent was attached after the process-wide guard was made; called by it. */
    public static void join() {
        Runnable joining = whenAttached;
        if (joining != null) {
            joining.run();
        }
    }

    private static @Nullable Object answer(ObservedTable table, LeakGuard guard, WatchLink link, String question) {
        return switch (question) {
            case "guard" -> guard;
            case "kinds" -> kinds(guard);
            case "forget" -> table.forgetAll();
            case "resources" -> resources(link);
            default -> null;
        };
    }

    /** Each kind with its counts: name, opened, closed, open, leaked. Then the guard's name and its failures. */
    private static List<Object[]> kinds(LeakGuard guard) {
        GuardStats stats = guard.stats();
        List<Object[]> all = new ArrayList<>();
        stats.byKind()
                .forEach((kind, of) ->
                        all.add(new Object[] {kind.name(), of.opened(), of.closed(), of.open(), of.leaked()}));
        all.add(new Object[] {
            guard.name(), stats.reported(), stats.suppressed(), stats.dropped(), stats.internalErrors()
        });
        return all;
    }

    /** Each open resource: its descriptors, kind, description, site, stack, age in nanoseconds, thread and scope. */
    private static List<Object[]> resources(WatchLink link) {
        List<Object[]> all = new ArrayList<>();
        link.forEachObserved((descriptors, resource) -> all.add(row(descriptors, resource)));
        return all;
    }

    /** See {@link #resources}. */
    public static Object[] row(int[] descriptors, OpenResources.Group resource) {
        return new Object[] {
            descriptors,
            resource.kind().name(),
            resource.oldestDescription(),
            resource.siteText(),
            resource.stack(),
            resource.oldestAge().toNanos(),
            resource.threads().isEmpty() ? "" : resource.threads().get(0),
            resource.scopes().isEmpty() ? "" : resource.scopes().get(0)
        };
    }

    /** Asks the agent whose a resource is; until it has answered, each is the application's. */
    private static final class AgentsOwners implements ObservedTable.Owners {

        private volatile Object @Nullable [] agents;

        void are(Object[] functions) {
            agents = functions;
        }

        @Override
        @SuppressWarnings("unchecked")
        public boolean isNobodys(ResourceKind kind, List<StackTraceElement> frames) {
            Object[] known = agents;
            return known != null && ((BiPredicate<String, List<StackTraceElement>>) known[0]).test(kind.name(), frames);
        }

        @Override
        @SuppressWarnings("unchecked")
        public boolean endsByCollection(ResourceKind kind) {
            Object[] known = agents;
            return known != null && ((Predicate<String>) known[1]).test(kind.name());
        }

        @Override
        @SuppressWarnings("unchecked")
        public void setApart(ResourceKind kind, int descriptor) {
            Object[] known = agents;
            if (known != null) {
                ((BiConsumer<String, Integer>) known[2]).accept(kind.name(), descriptor);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public void leaked(ResourceKind kind, String description, String siteText, int[] descriptors) {
            Object[] known = agents;
            if (known != null) {
                ((Consumer<Object[]>) known[3]).accept(new Object[] {kind.name(), description, siteText, descriptors});
            }
        }
    }
}
