package io.leakguard.watch;

/** The states of a TCP socket, in the order of the kernel's numbers, which begin with 1. */
enum TcpState {
    ESTABLISHED,
    SYN_SENT,
    SYN_RECV,
    FIN_WAIT1,
    FIN_WAIT2,
    TIME_WAIT,
    CLOSE,
    CLOSE_WAIT,
    LAST_ACK,
    LISTEN,
    CLOSING,
    NEW_SYN_RECV,
    UNKNOWN;

    private static final TcpState[] ALL = values();

    static TcpState of(int number) {
        return number >= 1 && number < ALL.length ? ALL[number - 1] : UNKNOWN;
    }
}
