/** LeakGuard for Netty: buffers, channels and event loop groups, from the first leak, with its location. */
module io.leakguard.netty {
    requires transitive io.leakguard.core;
    requires transitive io.netty.common;
    requires transitive io.netty.buffer;
    requires transitive io.netty.transport;
    requires static io.netty.codec;
    requires static io.netty.codec.http;
    requires static transitive org.jspecify;

    exports io.leakguard.netty;

    provides io.netty.bootstrap.ChannelInitializerExtension with
            io.leakguard.netty.NettyChannelExtension;
}
