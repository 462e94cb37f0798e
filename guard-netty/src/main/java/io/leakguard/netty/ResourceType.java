package io.leakguard.netty;

import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The type of the resources of one of Netty's detectors. */
final class ResourceType {

    private static final Map<String, ResourceKind> KINDS = Map.of(
            "DnsMessage", ResourceKind.of("netty.dns.message", AtCollection.LOST_UNTIL_EXIT, "release()"),
            "HashedWheelTimer", ResourceKind.of("netty.timer", AtCollection.LOST_UNTIL_EXIT, "stop()"),
            "ReferenceCountedOpenSslEngine",
                    ResourceKind.of("netty.ssl.engine", AtCollection.LOST_UNTIL_EXIT, "release()"),
            "ReferenceCountedOpenSslContext",
                    ResourceKind.of("netty.ssl.context", AtCollection.LOST_UNTIL_EXIT, "release()"),
            "DefaultOpenSslKeyMaterial",
                    ResourceKind.of("netty.ssl.key_material", AtCollection.LOST_UNTIL_EXIT, "release()"),
            "DefaultOpenSslCredential",
                    ResourceKind.of("netty.ssl.credential", AtCollection.LOST_UNTIL_EXIT, "release()"),
            "NativeSslSession", ResourceKind.of("netty.ssl.session", AtCollection.LOST_UNTIL_EXIT, "release()"));

    private static final Set<String> CACHED = Set.of("DefaultOpenSslKeyMaterial", "NativeSslSession");

    final ResourceKind kind;
    final boolean buffers;
    /** The parts of each resource. Composite buffers are recognized by their class. */
    final Contents contents;
    /** Whether other resources may hold them. */
    final boolean isHeld;
    /** Whether a context of OpenSSL caches them until it is released or collected, so that no shutdown closes them. */
    final boolean isCached;

    ResourceType(Class<?> type) {
        this.contents = switch (type.getSimpleName()) {
            case "DnsMessage" -> Contents.RECORDS;
            case "ReferenceCountedOpenSslEngine" -> Contents.CONTEXT;
            default -> Contents.NOTHING;
        };
        this.isHeld = type == ByteBuf.class || type.getSimpleName().equals("ReferenceCountedOpenSslContext");
        this.isCached = CACHED.contains(type.getSimpleName());
        this.buffers = type == ByteBuf.class;
        this.kind = buffers ? NettyGuard.BYTEBUF : kindOf(type.getSimpleName());
    }

    private static ResourceKind kindOf(String name) {
        ResourceKind known = KINDS.get(name);
        if (known != null) {
            return known;
        }
        String words = name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9_]", "_");
        try {
            return ResourceKind.of("netty." + words.substring(0, Math.min(words.length(), 50)));
        } catch (IllegalArgumentException e) {
            // No more kinds, or a name without a letter. Netty must still get its detector.
            return ResourceKind.CLOSEABLE;
        }
    }
}
