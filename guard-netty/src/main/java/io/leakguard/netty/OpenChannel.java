package io.leakguard.netty;

import io.leakguard.ResourceKind;
import java.time.Duration;
import java.util.List;

/**
 * A channel that is open now, as {@link NettyGuard#channels()} lists it.
 *
 * @param kind {@link NettyGuard#CHANNEL}, {@link NettyGuard#CHANNEL_ACCEPTED} or {@link NettyGuard#CHANNEL_SERVER}
 * @param remote the remote address, {@code 10.0.0.7:41234}; empty while unknown
 * @param local the local address; empty while unknown
 * @param age time since it was opened
 * @param idle time since it was last read from or written to; its age if it never was
 * @param bytesIn number of bytes read
 * @param bytesOut number of bytes written
 * @param state its state
 * @param site the line that gave the bootstrap to {@link NettyGuard#watch}; empty if unknown
 * @param scopes the names of the scopes that it belongs to, outermost first
 */
public record OpenChannel(
        ResourceKind kind,
        String remote,
        String local,
        Duration age,
        Duration idle,
        long bytesIn,
        long bytesOut,
        State state,
        String site,
        List<String> scopes) {

    /** Copies the list. */
    public OpenChannel {
        scopes = List.copyOf(scopes);
    }

    /** The state of an open channel. */
    public enum State {
        /** It listens, and is not expected to carry bytes. */
        LISTENING("listening"),
        /** It carried bytes a short while ago, or it is new. */
        ACTIVE("active"),
        /** It carried bytes, and is now kept open without traffic, as load balancers and connection pools do. */
        IDLE_KEEP_ALIVE("idle keep-alive"),
        /** It has been open for a while and never carried a byte. */
        NEVER_USED("never used");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /**
         * Returns this in words.
         *
         * @return a phrase
         */
        public String text() {
            return text;
        }
    }
}
