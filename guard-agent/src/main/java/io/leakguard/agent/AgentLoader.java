package io.leakguard.agent;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Consumer;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Loads the agent's inside from a folder of its jar, separate from the application: classes that both have, such as
 * SLF4J's, are different classes. In the classes that use the bridge, it renames the bridge to its name in the boot
 * loader. Thread-safe.
 */
public final class AgentLoader extends ClassLoader implements Consumer<ClassLoader> {

    static {
        registerAsParallelCapable();
    }

    /** The folder in the jar. */
    private static final String INNER = "inner/";

    /** OpenTelemetry's API, for an application that has its agent but not its API. */
    private static final String SPARE = "telemetry/";

    private static final String TELEMETRY = "io.opentelemetry.";

    /** The class that hooks call, as it is compiled, and as the boot loader knows it. */
    public static final String BRIDGE = "io/leakguard/agent/internal/boot/Bridge";

    /** The name of the bridge in the boot loader. */
    public static final String BRIDGE_IN_JDK = "java/lang/LeakGuardBridge";

    /** The classes that use the bridge. */
    private static final List<String> KNOW_THE_BRIDGE = List.of("io.leakguard.agent.internal.Sink");

    private final JarFile jar;

    private volatile @Nullable ClassLoader telemetry;

    /**
     * Makes a loader for the agent's inside.
     *
     * @param file the agent's jar
     * @throws IOException if it can't be read
     */
    public AgentLoader(File file) throws IOException {
        super("leakguard-agent", ClassLoader.getPlatformClassLoader());
        this.jar = new JarFile(file, false);
    }

    /**
     * Says whose API of OpenTelemetry the agent's inside uses. Until then it has none. The inside sees only types of the JDK
     * here.
     *
     * @param from the application's class loader; this one for the API in the agent's jar
     */
    @Override
    public void accept(ClassLoader from) {
        telemetry = from;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (name.startsWith(TELEMETRY)) {
            ClassLoader from = telemetry;
            if (from == null) {
                throw new ClassNotFoundException(name);
            }
            if (from != this) {
                return from.loadClass(name);
            }
        }
        byte[] bytes = read(name.replace('.', '/') + ".class");
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        if (KNOW_THE_BRIDGE.contains(name)) {
            bytes = ClassNames.rename(bytes, BRIDGE, BRIDGE_IN_JDK);
        }
        return defineClass(name, bytes, 0, bytes.length, AgentLoader.class.getProtectionDomain());
    }

    /** The name in the jar. OpenTelemetry's agent looks for a file of the API once, early, to know whether to join it to itself. */
    private String inside(String name) {
        ClassLoader from = telemetry;
        return ((from == null || from == this) && name.startsWith(TELEMETRY.replace('.', '/')) ? SPARE : INNER) + name;
    }

    private byte @Nullable [] read(String name) {
        ZipEntry entry = jar.getEntry(inside(name));
        if (entry == null) {
            return null;
        }
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    protected @Nullable URL findResource(String name) {
        if (jar.getEntry(inside(name)) == null) {
            return null;
        }
        try {
            return new URL("leakguard-agent", "", -1, "/" + name, new Inside());
        } catch (MalformedURLException e) {
            return null;
        }
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        URL found = findResource(name);
        return found == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(found));
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        byte[] bytes = read(name);
        if (bytes != null && name.equals(BRIDGE + ".class")) {
            bytes = ClassNames.rename(bytes, BRIDGE, BRIDGE_IN_JDK);
        }
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }

    /** Reads resources from the jar, which is open already. */
    private final class Inside extends URLStreamHandler {
        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() throws IOException {
                    byte[] bytes = read(url.getPath().substring(1));
                    if (bytes == null) {
                        throw new IOException("the agent's jar has no " + url.getPath());
                    }
                    return new ByteArrayInputStream(bytes);
                }
            };
        }
    }
}
