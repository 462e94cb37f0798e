package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import io.leakguard.internal.track.ObservedTable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes resources that the JVM opens for itself, by the frames between the hook and the first frame outside the
 * JDK: jars of the class path, modules, random numbers, JFR, the attach socket. Nobody in the application can close
 * these.
 */
final class JvmOwn implements ObservedTable.Owners {

    private static final List<String> OWNERS = List.of(
            "jdk.internal.loader.BuiltinClassLoader",
            "jdk.internal.loader.ClassLoaders",
            "jdk.internal.loader.BootLoader",
            "jdk.internal.loader.NativeLibraries",
            "jdk.internal.module.",
            "jdk.internal.jimage.",
            "jdk.internal.jrtfs.",
            "jdk.internal.platform.",
            "jdk.internal.agent.",
            "jdk.internal.vm.",
            "jdk.internal.misc.VM",
            "jdk.jfr.",
            "sun.net.www.protocol.jar.JarFileFactory",
            "sun.launcher.",
            "sun.tools.attach.",
            "sun.nio.ch.LinuxAsynchronousChannelProvider.defaultEventPort",
            "sun.nio.ch.ThreadPool.createDefault",
            "sun.instrument.",
            "sun.management.",
            "sun.security.provider.NativePRNG",
            "sun.security.provider.SeedGenerator",
            "sun.security.provider.NativeSeedGenerator",
            "java.lang.ProcessHandleImpl",
            "java.util.concurrent.CompletableFuture$Delayer",
            "java.util.concurrent.DelayScheduler");

    /**
     * Spring Boot's loader reads the class path of an executable jar. A guard of the application has its own threads.
     */
    private static final List<String> INFRASTRUCTURE = List.of(
            "org.springframework.boot.loader.",
            "io.leakguard.internal.",
            "io.leakguard.watch.",
            "io.leakguard.report.",
            "io.leakguard.telemetry.",
            "io.leakguard.agent.",
            "io.leakguard.junit.Collector");

    /** Parts of the JDK's own objects. A part ends with its object, which has its own record. */
    private static final Map<ResourceKind, List<String>> PARTS = Map.of(
            ResourceKind.EXECUTOR,
            List.of("jdk.internal.net.http.", "sun.nio.", "java.nio.", "jdk.internal."),
            AgentKinds.THREAD,
            List.of("jdk.internal.net.http.", "sun.nio.", "jdk.internal.ref.", "java.lang.ref."),
            ResourceKind.SELECTOR,
            List.of("jdk.internal.net.http."),
            ResourceKind.PIPE,
            List.of("jdk.internal.net.http."),
            AgentKinds.DIRECT_BUFFER,
            List.of("jdk.internal.net.http.", "sun.nio.ch.Util"),
            AgentKinds.MAPPED_BUFFER,
            List.of("jdk.internal."),
            AgentKinds.INFLATER,
            List.of(
                    "java.util.zip.ZipFile",
                    "java.util.zip.InflaterInputStream",
                    "java.util.zip.InflaterOutputStream",
                    "java.util.zip.GZIPInputStream",
                    "java.util.zip.ZipInputStream"),
            AgentKinds.DEFLATER,
            List.of(
                    "java.util.zip.DeflaterOutputStream",
                    "java.util.zip.DeflaterInputStream",
                    "java.util.zip.GZIPOutputStream",
                    "java.util.zip.ZipOutputStream"));

    private static final Set<ResourceKind> SOCKETS =
            Set.of(ResourceKind.SOCKET, ResourceKind.SOCKET_CHANNEL, ResourceKind.SERVER_SOCKET_CHANNEL);

    private static final String INSTRUMENTATION = "sun.instrument.InstrumentationImpl";

    private record Lost(String target, String text) {}

    private static final int MAX_LOST = 100_000;

    private final Map<Integer, Lost> lost = new ConcurrentHashMap<>();
    private final Map<String, String> lostPaths = new ConcurrentHashMap<>();

    private final Predicate<ResourceKind> reclaimSeen;

    /** By number; what was closed meanwhile is told by its target. */
    private final Map<Integer, String> descriptors = new ConcurrentHashMap<>();

    JvmOwn(Predicate<ResourceKind> reclaimSeen) {
        this.reclaimSeen = reclaimSeen;
    }

    @Override
    public boolean isReclaimSeen(ResourceKind kind) {
        return reclaimSeen.test(kind);
    }

    @Override
    public boolean isNobodys(ResourceKind kind, List<StackTraceElement> frames) {
        if (frames.stream().anyMatch(JvmOwn::isOfAnAgent)) {
            return true;
        }
        List<String> parts = PARTS.getOrDefault(kind, List.of());
        for (StackTraceElement frame : frames) {
            String name = frame.getClassName();
            if (!isJdk(frame, name)) {
                return startsWithOneOf(name, INFRASTRUCTURE);
            }
            if (startsWithOneOf(name + "." + frame.getMethodName(), OWNERS) || startsWithOneOf(name, parts)) {
                return true;
            }
        }
        // Only frames of the JDK: a pool's thread that makes another one. Sockets that are accepted there are the
        // application's.
        return !frames.isEmpty() && !SOCKETS.contains(kind);
    }

    @Override
    public boolean endsByCollection(ResourceKind kind) {
        return AgentKinds.endsByCollection(kind);
    }

    @Override
    public void setApart(ResourceKind kind, int descriptor) {
        descriptors.put(descriptor, kind.name() + " -> " + Descriptors.target(descriptor));
    }

    @Override
    public void leaked(ResourceKind kind, String description, String siteText, int[] descriptors) {
        if (kind.atCollection() == AtCollection.CLOSED_BY_JDK || lost.size() >= MAX_LOST) {
            return;
        }
        String text = kind.name() + " opened at " + siteText + " · leaked: collected without " + kind.end();
        for (int descriptor : descriptors) {
            lost.put(descriptor, new Lost(Descriptors.target(descriptor), text));
        }
        if (descriptors.length == 0 && !description.isEmpty()) {
            lostPaths.put(Descriptors.path(description), text);
        }
    }

    /** The text about a descriptor that nobody can close any more; null for other descriptors. */
    @Nullable
    String lost(int descriptor, String target) {
        Lost known = lost.get(descriptor);
        if (known != null && known.target.equals(target)) {
            return known.text;
        }
        return lostPaths.get(Descriptors.file(target));
    }

    /** The kind of a resource that was set apart, if it still has the descriptor, else null. */
    @Nullable
    String own(int descriptor, String target) {
        String known = descriptors.get(descriptor);
        return known != null && known.endsWith(" -> " + target) ? known.substring(0, known.indexOf(' ')) : null;
    }

    /** The number of descriptors that were set apart. */
    int count() {
        return descriptors.size();
    }

    /** Under an agent's beginning, or its transformer: what other agents open is theirs. */
    private static boolean isOfAnAgent(StackTraceElement frame) {
        return isStartOfAnAgent(frame)
                || (frame.getMethodName().equals("transform")
                        && frame.getClassName().equals(INSTRUMENTATION));
    }

    /** Whether this is the JVM's method that starts an agent. */
    static boolean isStartOfAnAgent(StackTraceElement frame) {
        return frame.getMethodName().startsWith("loadClassAnd")
                && frame.getClassName().equals(INSTRUMENTATION);
    }

    private static boolean startsWithOneOf(String name, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isJdk(StackTraceElement frame, String name) {
        String module = frame.getModuleName();
        return name.startsWith("java.")
                || (module != null && (module.startsWith("java.") || module.startsWith("jdk.")));
    }
}
