package io.leakguard.agent.internal;

import io.leakguard.ResourceKind;

/** The kinds of resources that hooks see. Hooks rely on the order of two constants: see {@link Point#orNext}. */
@SuppressWarnings("ImmutableEnumChecker") // a kind is immutable except for its definition
enum Hook {
    FILE_INPUT(ResourceKind.FILE_INPUT),
    FILE_OUTPUT(ResourceKind.FILE_OUTPUT),
    RANDOM_ACCESS(ResourceKind.FILE_RANDOM_ACCESS),
    FILE_CHANNEL(ResourceKind.FILE_CHANNEL),
    ASYNC_FILE_CHANNEL(ResourceKind.FILE_CHANNEL_ASYNC),
    SOCKET(ResourceKind.SOCKET),
    /** Must follow {@link #SOCKET}: one method opens both. */
    SERVER_SOCKET(ResourceKind.SERVER_SOCKET),
    ACCEPTED_SOCKET(ResourceKind.SOCKET),
    SOCKET_CHANNEL(ResourceKind.SOCKET_CHANNEL),
    SERVER_SOCKET_CHANNEL(ResourceKind.SERVER_SOCKET_CHANNEL),
    DATAGRAM_SOCKET(ResourceKind.DATAGRAM_SOCKET),
    /** Must follow {@link #DATAGRAM_SOCKET}: one constructor makes both. */
    DATAGRAM_CHANNEL(ResourceKind.DATAGRAM_CHANNEL),
    PIPE(ResourceKind.PIPE),
    ASYNC_SOCKET_CHANNEL(ResourceKind.SOCKET_CHANNEL),
    ASYNC_SERVER_SOCKET_CHANNEL(ResourceKind.SERVER_SOCKET_CHANNEL),
    SELECTOR(ResourceKind.SELECTOR),
    DIRECTORY(ResourceKind.DIRECTORY_STREAM),
    ZIP_FILE(ResourceKind.ZIP_FILE),
    PROCESS(ResourceKind.PROCESS),
    WATCH_SERVICE(ResourceKind.WATCH_SERVICE),
    EXECUTOR(ResourceKind.EXECUTOR),
    THREAD(AgentKinds.THREAD),
    HTTP_CLIENT(AgentKinds.HTTP_CLIENT),
    DIRECT_BUFFER(AgentKinds.DIRECT_BUFFER),
    MAPPED_BUFFER(AgentKinds.MAPPED_BUFFER),
    INFLATER(AgentKinds.INFLATER),
    DEFLATER(AgentKinds.DEFLATER),
    CHANNEL_GROUP(AgentKinds.CHANNEL_GROUP);

    private static final Hook[] ALL = values();

    final ResourceKind kind;

    Hook(ResourceKind kind) {
        this.kind = kind;
    }

    /** The number by which hooks name it. They are written at run time. */
    @SuppressWarnings("EnumOrdinal")
    int number() {
        return ordinal();
    }

    static Hook of(int number) {
        return ALL[number];
    }
}
