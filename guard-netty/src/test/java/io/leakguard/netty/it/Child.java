package io.leakguard.netty.it;

import io.leakguard.LeakGuard;
import io.leakguard.netty.NettyGuard;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.HashedWheelTimer;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, for what depends on what was loaded first; what it prints is what the tests look at. */
@SuppressWarnings({"deprecation", "FutureReturnValueIgnored"}) // DefaultEventLoopGroup: what Netty 4.1 has
final class Child {
    private Child() {}

    public static void main(String[] args) {
        try {
            run(args);
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
            System.exit(1); // whatever event loops there are
        }
    }

    private static void run(String[] args) throws Exception {
        switch (args[0]) {
            case "late" -> late();
            case "restore" -> restore();
            case "orders" -> orders();
            case "closed" -> closed();
            case "compare" -> Comparison.run();
            case "property" -> leakFifty(LeakGuard.global());
            case "constants" -> constants();
            case "lowered" -> lowered();
            case "all" -> all(false);
            case "all-late" -> all(true);
            case "locked" -> {
                try (LeakGuard guard = LeakGuard.create();
                        NettyGuard netty = NettyGuard.install(guard)) {
                    System.out.println("buffers " + netty.buffers());
                    for (int i = 0; i < 1_000; i++) {
                        PooledByteBufAllocator.DEFAULT
                                .directBuffer(64)
                                .writeInt(1)
                                .release();
                    }
                    System.out.println("open " + guard.stats().of(Leaks.BYTEBUF).open());
                    leakFifty(guard);
                }
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void restore() {
        ResourceLeakDetectorFactory factory = ResourceLeakDetectorFactory.instance();
        try (LeakGuard guard = LeakGuard.create()) {
            NettyGuard netty = NettyGuard.install(guard);
            System.out.println("another factory: " + (ResourceLeakDetectorFactory.instance() != factory));
            netty.close();
            System.out.println("the same factory again: " + (ResourceLeakDetectorFactory.instance() == factory));
            System.out.println("level: " + ResourceLeakDetector.getLevel());
            ByteBuf nobodys = PooledByteBufAllocator.DEFAULT.directBuffer(64);
            System.out.println("tracked: " + guard.stats().open());
            nobodys.release();
        }
    }

    private static void late() throws InterruptedException {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
        try (LeakGuard guard = LeakGuard.create();
                NettyGuard netty = NettyGuard.install(guard)) {
            System.out.println("buffers " + netty.buffers());
            PooledByteBufAllocator.DEFAULT.directBuffer(64);
            for (int i = 0; i < 20; i++) {
                Comparison.collect();
                PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
            }
            HashedWheelTimer timer = new HashedWheelTimer();
            EventLoopGroup group = netty.watch(new DefaultEventLoopGroup(1));
            Channel channel = netty.watch(new ServerBootstrap()
                            .group(group)
                            .channel(LocalServerChannel.class)
                            .childHandler(new ChannelInboundHandlerAdapter()))
                    .bind(new LocalAddress("late"))
                    .syncUninterruptibly()
                    .channel();
            System.out.println("still seen\n" + guard.open().toText());
            timer.stop();
            channel.close().syncUninterruptibly();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** A framework's class, which keeps a buffer for ever, and lowers the level unless the user has set it. */
    private static final class Framework {
        static final ByteBuf CONSTANT = made("constant");

        static {
            if (System.getProperty("io.netty.leakDetection.level") == null
                    && System.getProperty("io.netty.leakDetectionLevel") == null) {
                ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
            }
        }

        private static ByteBuf made(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            return Unpooled.unreleasableBuffer(
                            Unpooled.directBuffer(bytes.length).writeBytes(bytes))
                    .asReadOnly();
        }

        static int use() {
            return CONSTANT.readableBytes();
        }
    }

    private static void constants() throws ClassNotFoundException {
        for (String name : List.of(
                "io.netty.handler.codec.http.HttpObjectEncoder",
                "io.netty.handler.codec.http.websocketx.WebSocket00FrameEncoder",
                "io.netty.handler.codec.http2.Http2CodecUtil",
                "io.netty.handler.codec.http2.DefaultHttp2FrameWriter")) {
            Class.forName(name, true, Child.class.getClassLoader());
        }
        System.out.println("read " + Framework.use());
        System.out.println("constants " + NettyGuard.constantBuffers() + ", open " + open(LeakGuard.global()));
        ByteBuf notOne = Unpooled.directBuffer(64);
        System.out.println("another: open " + open(LeakGuard.global()));
        notOne.release();
        leakFifty(LeakGuard.global());
    }

    /** Something lowers Netty's level while a guard is installed. */
    private static void lowered() throws InterruptedException {
        try (LeakGuard guard = LeakGuard.create();
                NettyGuard netty = NettyGuard.install(guard)) {
            Framework.use();
            allocate("a framework that leaves alone what the user has set:", guard);
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
            while (ResourceLeakDetector.getLevel() == ResourceLeakDetector.Level.DISABLED) {
                Thread.sleep(10); // nothing but time raises it
            }
            allocate("a second later:", guard);
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
            System.out.println("buffers " + netty.buffers());
            allocate("after it was asked:", guard);
            leakFifty(guard);
            netty.close();
            System.out.println("closed: " + netty.buffers() + " at " + ResourceLeakDetector.getLevel() + ", property "
                    + System.getProperty("io.netty.leakDetection.level"));
        }
        System.out.println("threads "
                + Thread.getAllStackTraces().keySet().stream()
                        .filter(t -> t.getName().equals("leakguard-netty-level"))
                        .filter(Child::isAliveStill)
                        .count());
    }

    /** What a framework does inside: nobody gives its bootstraps to the guard. */
    private static Channel listen(EventLoopGroup group, String name) {
        return new ServerBootstrap()
                .group(group)
                .channel(LocalServerChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {}
                })
                .bind(new LocalAddress(name))
                .syncUninterruptibly()
                .channel();
    }

    private static Channel connectTo(EventLoopGroup group, String name) {
        return new Bootstrap()
                .group(group)
                .channel(LocalChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new LocalAddress(name))
                .syncUninterruptibly()
                .channel();
    }

    private static void all(boolean late) {
        try (LeakGuard guard = LeakGuard.create()) {
            NettyGuard netty = NettyGuard.install(guard);
            EventLoopGroup group = new DefaultEventLoopGroup(1);
            if (late) {
                listen(group, "before").close().syncUninterruptibly();
            }
            netty.watchAll();
            Channel server = listen(group, "all");
            Channel client = connectTo(group, "all");
            Channel own = netty.watch(new Bootstrap()
                            .group(group)
                            .channel(LocalChannel.class)
                            .handler(new ChannelInboundHandlerAdapter()))
                    .connect(new LocalAddress("all"))
                    .syncUninterruptibly()
                    .channel();
            int expected = Integer.getInteger("expected.channels", 5);
            Leaks.until(() -> netty.channels().size() == expected);
            System.out.println(
                    "watched " + netty.channels().size() + "\n" + guard.open().toText());
            own.close().syncUninterruptibly();
            client.close().syncUninterruptibly();
            server.close().syncUninterruptibly();
            Leaks.until(() -> netty.channels().isEmpty());
            netty.close();
            connectTo(group, listen(group, "after").localAddress().toString().replace("local:", ""));
            System.out.println("after " + netty.channels().size());
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static boolean isAliveStill(Thread thread) {
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return thread.isAlive();
    }

    private static long open(LeakGuard guard) {
        return guard.stats().of(Leaks.BYTEBUF).open();
    }

    /** Says which guards track a buffer that is allocated now. */
    private static void allocate(String when, LeakGuard... guards) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(64);
        StringBuilder text = new StringBuilder(when);
        for (LeakGuard guard : guards) {
            text.append(' ').append(open(guard));
        }
        buffer.release();
        System.out.println(text + " level " + ResourceLeakDetector.getLevel());
    }

    /** Installed several times, and closed in orders that nobody means. */
    private static void orders() {
        LeakGuard first = LeakGuard.builder().name("first").build();
        LeakGuard second = LeakGuard.builder().name("second").build();
        NettyGuard one = NettyGuard.install(first);
        NettyGuard two = NettyGuard.install(second);
        NettyGuard twice = NettyGuard.install(second);
        allocate("all installed:", first, second);
        two.close();
        allocate("closed the one in the middle:", first, second);
        second.close();
        allocate("closed the guard that tracked:", first, second);
        twice.close();
        twice.close();
        allocate("closed its installation twice:", first, second);
        first.close();
        allocate("closed all guards:", first, second);
        one.close();
        allocate("closed all:", first, second);
        try (LeakGuard third = LeakGuard.builder().name("third").build();
                NettyGuard again = NettyGuard.install(third)) {
            allocate("installed again as " + again.buffers() + ":", third);
        }
        System.out.println("level " + ResourceLeakDetector.getLevel());
    }

    /** With a guard that is closed, Netty's own detection goes on. */
    private static void closed() throws InterruptedException {
        LeakGuard guard = LeakGuard.create();
        guard.close();
        try (NettyGuard netty = NettyGuard.install(guard)) {
            System.out.println("level " + ResourceLeakDetector.getLevel() + ", channels " + netty.channels());
            PooledByteBufAllocator.DEFAULT.directBuffer(64);
            for (int i = 0; i < 20; i++) {
                Comparison.collect();
                PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
            }
        }
        try (LeakGuard open = LeakGuard.create();
                NettyGuard netty = NettyGuard.install(open)) {
            allocate("then with an open one, " + netty.buffers() + ":", open);
        }
    }

    private static void leakFifty(LeakGuard guard) {
        for (int i = 0; i < 50; i++) {
            PooledByteBufAllocator.DEFAULT.directBuffer(64);
        }
        Leaks.until(() -> guard.stats().of(Leaks.BYTEBUF).leaked() >= 50);
        Leaks.settle(guard);
        System.out.println("leaked " + guard.stats().of(Leaks.BYTEBUF).leaked());
    }

    static String run(String mode, String... options) throws IOException, InterruptedException {
        return runMain(Child.class.getName(), System.getProperty("java.class.path"), mode, options);
    }

    static String runMain(String main, String classPath, String mode, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // quicker for a short life
        command.addAll(List.of(options));
        command.addAll(List.of("-Xmx256m", "-cp", classPath, main, mode));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new AssertionError("the child did not end: " + output);
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
