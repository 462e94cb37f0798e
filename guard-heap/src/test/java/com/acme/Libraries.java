package com.acme;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.leakguard.LeakGuard;
import io.leakguard.jdbc.JdbcGuard;
import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parks what libraries open: buffers and channels of Netty, and connections above and below a pool. */
public final class Libraries {

    static final Map<String, ByteBuf> BUFFERS = new HashMap<>();
    static final List<Channel> SERVERS = new ArrayList<>();
    static final List<Connection> BORROWED = new ArrayList<>();

    private static HikariDataSource pool;

    private Libraries() {}

    public static void main(String[] args) throws Exception {
        LeakGuard guard = LeakGuard.create();
        LeakGuard.setGlobal(guard); // of the connections below the pool
        NettyGuard netty = NettyGuard.install(guard);
        BUFFERS.put("order-7", PooledByteBufAllocator.DEFAULT.directBuffer(64));
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        SERVERS.add(netty.watch(new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new ChannelInboundHandlerAdapter()))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel());
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:leakguard:h2:mem:orders");
        config.setMaximumPoolSize(2);
        pool = new HikariDataSource(config);
        Connection first = pool.getConnection();
        pool.getConnection().close(); // a second one, which stays in the pool
        first.close();
        BORROWED.add(JdbcGuard.wrap(pool, guard).getConnection());
        guard.open();
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[0], true);
        System.exit(0);
    }
}
