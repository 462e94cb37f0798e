package io.leakguard.netty;

import io.leakguard.LeakTracker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ResourceLeakTracker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tracked resources that a resource of Netty holds, and that existed before it. Netty keeps them in private fields.
 * If those can't be read (Netty 4.2 as named modules), resources that leak together are reported one by one.
 */
enum Contents {
    /** Holds no tracked resource. */
    NOTHING {
        @Override
        @Nullable
        Object of(Object whole) {
            return null;
        }
    },
    /** A composite buffer: its components. */
    COMPONENTS {
        @Override
        @Nullable
        Object of(Object whole) {
            VarHandle components = Fields.COMPONENTS;
            return components == null ? null : components.get((CompositeByteBuf) whole);
        }
    },
    /** A DNS message: its records, known once it passes through a pipeline or is touched. */
    RECORDS {
        @Override
        @Nullable
        Object of(Object whole) {
            List<Object> buffers = new ArrayList<>();
            for (VarHandle section : DnsFields.SECTIONS) {
                Object records = section.get(whole);
                if (records instanceof List<?> list) {
                    list.forEach(r -> addContent(r, buffers));
                } else {
                    addContent(records, buffers);
                }
            }
            return buffers.isEmpty() ? null : buffers.toArray();
        }
    },
    /** An engine of OpenSSL: its context, which can't be freed before the engine. */
    CONTEXT {
        @Override
        @Nullable
        Object of(Object whole) {
            VarHandle context = SslFields.CONTEXT;
            return context == null ? null : new Object[] {context.get(whole)};
        }

        @Override
        @Nullable
        LeakTracker tracker(Object part) {
            VarHandle leak = SslFields.LEAK;
            return leak == null ? null : root(Netty41LeakDetector.trackerOf(leak.get(part)));
        }
    };

    static final String BUFFER = "io.netty.buffer.";

    /**
     * The object to hold until its {@link #trackers} are read, so that it isn't collected earlier; null if there is
     * none.
     */
    abstract @Nullable Object of(Object whole);

    private static void addContent(@Nullable Object record, List<Object> into) {
        if (record instanceof ByteBufHolder holder) {
            into.add(holder.content());
        }
    }

    /** Adds the trackers of the parts of {@code held}. */
    void trackers(Object held, List<LeakTracker> into) {
        CountedBuffers.settle();
        for (Object part : (@Nullable Object[]) held) {
            LeakTracker tracker = part == null ? null : tracker(part);
            if (tracker != null) {
                into.add(tracker);
            }
        }
    }

    /** A slice is listed under the buffer that it was cut from. */
    static @Nullable LeakTracker root(@Nullable NettyTracker<?> tracker) {
        NettyTracker<?> root = tracker;
        for (NettyTracker<?> t = tracker; t != null; t = t.source()) {
            root = t;
        }
        return root == null ? null : root.tracker();
    }

    /** The guard's tracker in Netty's wrapper of a buffer, or of the buffer around it; null if there is none. */
    static @Nullable NettyTracker<?> wrapperOf(ByteBuf buffer) {
        for (ByteBuf b = buffer; b != null; b = b.unwrap()) {
            Object leak = leakOf(b);
            if (leak != null) {
                return Netty41LeakDetector.trackerOf(leak);
            }
            if (Fields.UNRELEASABLE.isInstance(b)) {
                return null; // belongs to somebody else
            }
        }
        return null;
    }

    @Nullable
    LeakTracker tracker(Object part) {
        Object of = part;
        if (Fields.SOURCE != null && Fields.COMPONENT.isInstance(part)) {
            of = Fields.SOURCE.get(part);
        }
        for (Object b = of; b instanceof ByteBuf buffer; b = buffer.unwrap()) {
            Object leak = leakOf(buffer);
            if (leak != null) {
                return root(Netty41LeakDetector.trackerOf(leak));
            }
            LeakTracker byCount = CountedBuffers.find(buffer);
            if (byCount != null) {
                return byCount;
            }
            if (Fields.UNRELEASABLE.isInstance(buffer)) {
                return null; // belongs to somebody else
            }
        }
        return null;
    }

    /** The tracker that a leak-aware buffer holds; null for other buffers. */
    private static @Nullable Object leakOf(@Nullable Object buffer) {
        if (Fields.SIMPLE_LEAK != null && Fields.SIMPLE.isInstance(buffer)) {
            return Fields.SIMPLE_LEAK.get(buffer);
        }
        if (Fields.COMPOSITE_LEAK != null && Fields.LEAK_AWARE_COMPOSITE.isInstance(buffer)) {
            return Fields.COMPOSITE_LEAK.get(buffer);
        }
        return null;
    }

    /** The tracker of the buffer that a retained slice was cut from, so that both are one report. */
    static @Nullable NettyTracker<?> sourceOf(Object derived) {
        if (Fields.PARENT == null || !(derived instanceof ByteBuf buffer)) {
            return null;
        }
        Object slice = Fields.DERIVED.isInstance(derived) ? derived : buffer.unwrap(); // a swapped one
        if (!Fields.DERIVED.isInstance(slice)) {
            return null;
        }
        return Netty41LeakDetector.trackerOf(leakOf(Fields.PARENT.get(slice)));
    }

    /** Netty's private fields; null if they can't be read. */
    private static final class Fields {
        static final Class<?> DERIVED = find(BUFFER + "AbstractPooledDerivedByteBuf");
        static final Class<?> SIMPLE = find(BUFFER + "SimpleLeakAwareByteBuf");
        static final Class<?> LEAK_AWARE_COMPOSITE = find(BUFFER + "SimpleLeakAwareCompositeByteBuf");
        static final Class<?> COMPONENT = find(BUFFER + "CompositeByteBuf$Component");
        static final Class<?> UNRELEASABLE = find(BUFFER + "UnreleasableByteBuf");

        static final @Nullable VarHandle PARENT = field(DERIVED, "parent", ByteBuf.class);
        static final @Nullable VarHandle SIMPLE_LEAK = field(SIMPLE, "leak", ResourceLeakTracker.class);
        static final @Nullable VarHandle COMPOSITE_LEAK =
                field(LEAK_AWARE_COMPOSITE, "leak", ResourceLeakTracker.class);
        static final @Nullable VarHandle SOURCE = field(COMPONENT, "srcBuf", ByteBuf.class);
        static final @Nullable VarHandle COMPONENTS =
                field(CompositeByteBuf.class, "components", COMPONENT.arrayType());
    }

    private static final class DnsFields {
        static final List<VarHandle> SECTIONS = sections();

        private static List<VarHandle> sections() {
            Class<?> message = find("io.netty.handler.codec.dns.AbstractDnsMessage");
            List<VarHandle> sections = new ArrayList<>();
            for (String name : List.of("questions", "answers", "authorities", "additionals")) {
                VarHandle section = field(message, name, Object.class);
                if (section != null) {
                    sections.add(section);
                }
            }
            return List.copyOf(sections);
        }
    }

    private static final class SslFields {
        private static final String SSL = "io.netty.handler.ssl.ReferenceCountedOpenSsl";
        private static final Class<?> OWNER = find(SSL + "Context");
        static final @Nullable VarHandle CONTEXT = field(find(SSL + "Engine"), "parentContext", OWNER);
        static final @Nullable VarHandle LEAK = field(OWNER, "leak", ResourceLeakTracker.class);
    }

    /** No object is an instance of this. */
    private static final class None {}

    static Class<?> find(String name) {
        try {
            return Class.forName(name, false, ByteBuf.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return None.class; // this part of Netty is absent, or Netty has changed
        }
    }

    static @Nullable VarHandle field(Class<?> in, String name, Class<?> type) {
        try {
            return in == None.class
                    ? null
                    : MethodHandles.privateLookupIn(in, MethodHandles.lookup()).findVarHandle(in, name, type);
        } catch (ReflectiveOperationException | LinkageError e) {
            return null; // Netty has changed, or its module is closed
        }
    }
}
