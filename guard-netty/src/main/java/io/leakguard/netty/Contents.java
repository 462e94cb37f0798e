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
 * What a resource of Netty holds that is tracked itself, and was there before it. Netty keeps that in private fields; where
 * they can't be read (Netty 4.2 as named modules), what leaks together is reported one by one.
 */
enum Contents {
    /** Holds nothing that is tracked. */
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
    /** An engine of OpenSSL: its context, which can't be freed as long as the engine isn't. */
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

    /** What is to be held until it is asked for its {@link #trackers}, so that it isn't collected before; null for nothing. */
    abstract @Nullable Object of(Object whole);

    private static void addContent(@Nullable Object record, List<Object> into) {
        if (record instanceof ByteBufHolder holder) {
            into.add(holder.content());
        }
    }

    /** Adds the trackers of what is {@code held}. */
    void trackers(Object held, List<LeakTracker> into) {
        CountedBuffers.settle();
        for (Object part : (@Nullable Object[]) held) {
            LeakTracker tracker = part == null ? null : tracker(part);
            if (tracker != null) {
                into.add(tracker);
            }
        }
    }

    /** A slice is listed under what it was cut from. */
    static @Nullable LeakTracker root(@Nullable NettyTracker<?> tracker) {
        NettyTracker<?> root = tracker;
        for (NettyTracker<?> t = tracker; t != null; t = t.source()) {
            root = t;
        }
        return root == null ? null : root.tracker();
    }

    /** What Netty's wrapper of a buffer, or of one that it is a part of, tells the guard; null if it has none. */
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

    /** What a leak-aware buffer holds; null for other buffers. */
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

    /** Netty's private fields; null where they can't be read. */
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

    /** Nothing is an instance of it. */
    private static final class None {}

    static Class<?> find(String name) {
        try {
            return Class.forName(name, false, ByteBuf.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return None.class; // a part of Netty that isn't there, or a Netty that has changed
        }
    }

    static @Nullable VarHandle field(Class<?> in, String name, Class<?> type) {
        try {
            return in == None.class
                    ? null
                    : MethodHandles.privateLookupIn(in, MethodHandles.lookup()).findVarHandle(in, name, type);
        } catch (ReflectiveOperationException | LinkageError e) {
            return null; // a Netty that has changed, or a closed module
        }
    }
}
