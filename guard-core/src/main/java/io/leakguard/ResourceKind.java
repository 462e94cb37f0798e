package io.leakguard;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * The type name of a resource, such as {@code file.input} or {@code jdbc.connection}: a value of low cardinality, fit to
 * be a metric's attribute.
 *
 * <p>Create a kind once and keep it in a static constant. Two kinds of one name are the same object. A process has at
 * most {@value #MAX_KINDS} of them: details that differ from one resource to the next (a path, an id, an address)
 * belong in the description. Thread-safe and immutable.
 *
 * {@snippet :
 * static final ResourceKind LEASE = ResourceKind.of("acme.lease");
 * }
 */
public final class ResourceKind implements Comparable<ResourceKind> {

    /** The largest number of kinds that a process can define, far beyond the needs of a program. */
    public static final int MAX_KINDS = 1_024;

    private static final int MAX_LENGTH = 64;
    private static final String CLOSE = "close()";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*");
    private static final ConcurrentHashMap<String, ResourceKind> KINDS = new ConcurrentHashMap<>();
    private static final AtomicInteger NEXT_INDEX = new AtomicInteger();

    /** A {@link java.io.FileInputStream}. */
    public static final ResourceKind FILE_INPUT = of("file.input", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.io.FileOutputStream}. */
    public static final ResourceKind FILE_OUTPUT = of("file.output", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.nio.channels.FileChannel} or a channel of {@code Files.newByteChannel}. */
    public static final ResourceKind FILE_CHANNEL = of("file.channel", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.nio.channels.AsynchronousFileChannel}. */
    public static final ResourceKind FILE_CHANNEL_ASYNC = of("file.channel.async", AtCollection.LOST_UNTIL_EXIT);
    /** A {@link java.io.RandomAccessFile}. */
    public static final ResourceKind FILE_RANDOM_ACCESS = of("file.random_access", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.nio.file.DirectoryStream}. */
    public static final ResourceKind DIRECTORY_STREAM = of("directory.stream", AtCollection.LOST_UNTIL_EXIT);
    /** A {@link java.util.stream.Stream} that holds a file or a directory open. */
    public static final ResourceKind STREAM = of("stream");
    /** An {@link java.io.InputStream} of another sort. */
    public static final ResourceKind INPUT_STREAM = of("io.input");
    /** An {@link java.io.OutputStream} of another sort. */
    public static final ResourceKind OUTPUT_STREAM = of("io.output");
    /** A {@link java.io.Reader}. */
    public static final ResourceKind READER = of("io.reader");
    /** A {@link java.io.Writer}. */
    public static final ResourceKind WRITER = of("io.writer");
    /** A {@link java.nio.channels.Channel} of another sort. */
    public static final ResourceKind CHANNEL = of("channel");
    /** A {@link java.net.Socket}. */
    public static final ResourceKind SOCKET = of("socket", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.net.ServerSocket}. */
    public static final ResourceKind SERVER_SOCKET = of("socket.server", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.net.DatagramSocket}. */
    public static final ResourceKind DATAGRAM_SOCKET = of("socket.datagram", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.nio.channels.SocketChannel}, blocking, non-blocking or asynchronous. */
    public static final ResourceKind SOCKET_CHANNEL = of("socket.channel", AtCollection.LOST_UNTIL_EXIT);
    /** A {@link java.nio.channels.ServerSocketChannel}, blocking, non-blocking or asynchronous. */
    public static final ResourceKind SERVER_SOCKET_CHANNEL = of("socket.channel.server", AtCollection.LOST_UNTIL_EXIT);
    /** A {@link java.nio.channels.DatagramChannel}. */
    public static final ResourceKind DATAGRAM_CHANNEL = of("socket.channel.datagram", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.nio.channels.Selector}: two descriptors. */
    public static final ResourceKind SELECTOR = of("selector", AtCollection.LOST_UNTIL_EXIT);
    /** An end of a {@link java.nio.channels.Pipe}. */
    public static final ResourceKind PIPE = of("pipe", AtCollection.LOST_UNTIL_EXIT);
    /** A {@link java.lang.Process} and its three pipes. */
    public static final ResourceKind PROCESS = of("process", AtCollection.LOST_UNTIL_EXIT, "destroy()");
    /** An {@link java.util.concurrent.ExecutorService} and its threads. */
    public static final ResourceKind EXECUTOR = of("executor", AtCollection.UNKNOWN, "shutdown()");
    /** A {@link java.net.URLClassLoader} and the jars that it has opened. */
    public static final ResourceKind CLASS_LOADER = of("class.loader", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.util.zip.ZipFile} or {@link java.util.jar.JarFile}. */
    public static final ResourceKind ZIP_FILE = of("zip.file", AtCollection.CLOSED_BY_JDK);
    /** A {@link java.nio.file.FileSystem} such as that of a zip file. */
    public static final ResourceKind FILE_SYSTEM = of("file.system");
    /** A {@link java.nio.file.WatchService}: on most systems a descriptor and a thread. */
    public static final ResourceKind WATCH_SERVICE = of("watch.service", AtCollection.LOST_UNTIL_EXIT);
    /** An {@link AutoCloseable} whose class has no name. Others are {@code closeable.} and their class's name. */
    public static final ResourceKind CLOSEABLE = of("closeable");
    /** A {@link LeakScope} that was opened and never closed. */
    public static final ResourceKind SCOPE = of("leakguard.scope");

    private final String name;
    private final int index;

    /** Both are set once: a configuration may name a kind before its own class defines it. */
    private volatile AtCollection atCollection;

    private volatile String end;
    private volatile boolean defined;

    /** The fate of the operating system's part of a resource when the garbage collector takes the object. */
    public enum AtCollection {
        /** The JDK's own cleaner closes it, some time after the collection: the leak is short-lived but real. */
        CLOSED_BY_JDK("after GC: the JDK closes it"),
        /** Nothing closes it: the descriptor, thread or connection is lost until the process ends. */
        LOST_UNTIL_EXIT("after GC: nothing closes it, lost until exit"),
        /** If a pool has handed it out, the pool never gets it back, and has one less to hand out. */
        LOST_TO_POOL("after GC: if it is of a pool, the pool never gets it back"),
        /** Not known for this kind. */
        UNKNOWN("after GC: unknown");

        private final String text;

        AtCollection(String text) {
            this.text = text;
        }

        /**
         * Returns this fate in words, for reports.
         *
         * @return a phrase
         */
        public String text() {
            return text;
        }
    }

    private ResourceKind(String name, int index, AtCollection atCollection, String end) {
        this.name = name;
        this.index = index;
        this.atCollection = atCollection;
        this.end = end;
    }

    /**
     * Returns the kind of that name. The first call creates it.
     *
     * @param name lower-case words joined by dots, at most 64 characters: {@code acme.lease}
     * @return the one kind of that name
     * @throws IllegalArgumentException if the name has another form, or if there are {@value #MAX_KINDS} kinds already
     */
    public static ResourceKind of(String name) {
        return of(name, AtCollection.UNKNOWN, CLOSE, false);
    }

    /**
     * Returns the kind of that name. The first call creates it, with the fate of its resources at collection.
     *
     * @param name lower-case words joined by dots, at most 64 characters
     * @param atCollection the fate at collection; ignored if the kind has one already
     * @return the one kind of that name
     * @throws IllegalArgumentException if the name has another form, or if there are {@value #MAX_KINDS} kinds already
     */
    public static ResourceKind of(String name, AtCollection atCollection) {
        return of(name, atCollection, CLOSE, true);
    }

    /**
     * Returns the kind of that name. The first call creates it, with the fate of its resources at collection and the
     * call that ends them.
     *
     * @param name lower-case words joined by dots, at most 64 characters
     * @param atCollection the fate at collection; ignored if the kind has one already
     * @param end the call that a leaked one lacks, such as {@code release()}; ignored in the same case
     * @return the one kind of that name
     * @throws IllegalArgumentException if the name has another form, or if there are {@value #MAX_KINDS} kinds already
     */
    public static ResourceKind of(String name, AtCollection atCollection, String end) {
        return of(name, atCollection, end, true);
    }

    private static ResourceKind of(String name, AtCollection atCollection, String end, boolean defines) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(atCollection, "atCollection");
        Objects.requireNonNull(end, "end");
        ResourceKind known = KINDS.get(name);
        if (known != null) {
            if (defines && !known.defined) {
                known.define(atCollection, end);
            }
            return known;
        }
        if (name.length() > MAX_LENGTH || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("resource kind '" + name + "' is not a name of at most " + MAX_LENGTH
                    + " characters like 'acme.lease': use lower-case words joined by dots, and put details that"
                    + " differ between resources into the description");
        }
        synchronized (KINDS) {
            known = KINDS.get(name);
            if (known != null) {
                if (defines && !known.defined) {
                    known.define(atCollection, end);
                }
                return known;
            }
            if (KINDS.size() >= MAX_KINDS) {
                throw new IllegalArgumentException("resource kind '" + name + "' would be number " + (MAX_KINDS + 1)
                        + ": a kind is a type name, put details that differ between resources into the"
                        + " description");
            }
            ResourceKind made = new ResourceKind(name, NEXT_INDEX.getAndIncrement(), atCollection, end);
            made.defined = defines;
            KINDS.put(name, made);
            return made;
        }
    }

    private void define(AtCollection what, String how) {
        synchronized (KINDS) {
            if (!defined) {
                defined = true;
                atCollection = what;
                end = how;
            }
        }
    }

    /**
     * Returns the call that ends a resource of this kind, for reports.
     *
     * @return the call, such as {@code close()} or {@code release()}
     */
    public String end() {
        return end;
    }

    /**
     * Returns the name.
     *
     * @return the name, such as {@code file.input}
     */
    public String name() {
        return name;
    }

    /**
     * Returns the fate of a resource of this kind when it is collected without having been closed.
     *
     * @return the fate
     */
    public AtCollection atCollection() {
        return atCollection;
    }

    /**
     * Returns a small number that is unique to this kind in this process, for tables indexed by kind.
     *
     * @return 0 to {@value #MAX_KINDS} - 1
     */
    public int index() {
        return index;
    }

    @Override
    public int compareTo(ResourceKind other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
