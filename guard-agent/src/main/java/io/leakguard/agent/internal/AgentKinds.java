package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;
import io.leakguard.ResourceKind.AtCollection;
import java.util.Set;

/** Kinds that only the agent sees. */
final class AgentKinds {

    static final ResourceKind THREAD = ResourceKind.of("thread", AtCollection.UNKNOWN, "ending its run()");
    static final ResourceKind HTTP_CLIENT = ResourceKind.of("http.client", AtCollection.CLOSED_BY_JDK);
    static final ResourceKind DIRECT_BUFFER =
            ResourceKind.of("buffer.direct", AtCollection.CLOSED_BY_JDK, "letting go");
    static final ResourceKind MAPPED_BUFFER =
            ResourceKind.of("buffer.mapped", AtCollection.CLOSED_BY_JDK, "letting go");
    static final ResourceKind CHANNEL_GROUP =
            ResourceKind.of("channel.group", AtCollection.LOST_UNTIL_EXIT, "shutdown()");
    static final ResourceKind INFLATER = ResourceKind.of("inflater", AtCollection.CLOSED_BY_JDK, "end()");
    static final ResourceKind DEFLATER = ResourceKind.of("deflater", AtCollection.CLOSED_BY_JDK, "end()");

    /** These kinds end only by collection. */
    private static final Set<ResourceKind> COLLECTED = Set.of(THREAD, DIRECT_BUFFER, MAPPED_BUFFER);

    private AgentKinds() {}

    static boolean endsByCollection(ResourceKind kind) {
        return COLLECTED.contains(kind);
    }
}
