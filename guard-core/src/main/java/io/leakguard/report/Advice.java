package io.leakguard.report;

import io.leakguard.LeakCause;

/**
 * Advice to fix a leak.
 *
 * @param text the advice in words
 * @param code an example, empty if there is none
 */
record Advice(String text, String code) {

    static Advice of(String kind) {
        if (kind.equals("stream")) {
            return new Advice(
                    "A stream of Files.lines, list, walk or find holds a file or directory open until it is closed;"
                            + " reading it to its end does not close it.",
                    "try (Stream<String> lines = Files.lines(path)) {\n    return lines.filter(wanted).findFirst();\n}");
        }
        if (kind.equals("directory.stream")) {
            return new Advice(
                    "A DirectoryStream holds a descriptor that the garbage collector never gives back.",
                    "try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {\n"
                            + "    for (Path file : files) { … }\n}");
        }
        if (kind.startsWith("file.") || kind.startsWith("io.")) {
            return new Advice(
                    "Open it in the head of a try, each resource in a statement of its own: one that is opened inside"
                            + " another's constructor call is lost if that constructor throws. A method that hands it"
                            + " to its caller closes it itself when it fails in between.",
                    "try (InputStream file = new FileInputStream(path);\n"
                            + "        InputStream in = new GZIPInputStream(file)) {\n    return in.readAllBytes();\n}");
        }
        if (kind.equals("selector") || kind.equals("pipe")) {
            return new Advice(
                    "It holds two descriptors. Close it in the finally of the loop that uses it, not in the code that"
                            + " stops the loop.",
                    "try (Selector selector = Selector.open()) {\n    while (running) { … }\n}");
        }
        if (kind.startsWith("socket.server") || kind.equals("socket.channel.server")) {
            return new Advice("Close it when the service stops, also if the start fails after the bind.", "");
        }
        if (kind.startsWith("socket") || kind.equals("channel")) {
            return new Advice(
                    "Close it on every way out, also after a timeout, a refused answer or a failed handshake. Closing the"
                            + " socket closes its streams. An asynchronous one is closed in its completion handler, in"
                            + " both methods.",
                    "try (Socket socket = new Socket()) {\n    socket.connect(address, 2_000);\n    …\n}");
        }
        if (kind.equals("process")) {
            return new Advice(
                    "A process keeps three pipes until it has ended and they are closed. Read its output, wait with a"
                            + " limit, and destroy it on every other way out.",
                    "try {\n    if (!process.waitFor(30, SECONDS)) { … }\n} finally {\n    process.destroy();\n}");
        }
        if (kind.equals("executor")) {
            return new Advice(
                    "An executor keeps its threads until it is shut down. Make it once for the process, or shut it down"
                            + " where it was made.",
                    "ExecutorService pool = Executors.newFixedThreadPool(4);\ntry { … } finally {\n"
                            + "    pool.shutdown();\n}");
        }
        if (kind.startsWith("jdbc.")) {
            return new Advice(
                    "Take connection, statement and result set in one try, in this order. A connection that is not"
                            + " closed does not go back to its pool, and the pool runs dry.",
                    """
                    try (Connection c = dataSource.getConnection();
                            PreparedStatement s = c.prepareStatement(sql);
                            ResultSet rows = s.executeQuery()) {
                        …
                    }""");
        }
        if (kind.startsWith("netty.")) {
            return new Advice(
                    "The last user of a reference-counted object releases it. A handler that does not pass a message on"
                            + " releases it; SimpleChannelInboundHandler does so by itself.",
                    "try {\n    …\n} finally {\n    ReferenceCountUtil.release(message);\n}");
        }
        if (kind.equals("leakguard.scope")) {
            return new Advice(
                    "A scope ends where it began: open it in the head of a try.",
                    "try (LeakScope scope = guard.openScope(\"event\")) {\n    …\n}");
        }
        return new Advice(
                "Open it in the head of a try, so that it is closed on every way out.",
                "try (var resource = open()) {\n    …\n}");
    }

    static String of(LeakCause cause) {
        return switch (cause) {
            case COLLECTED ->
                "The last reference to it was dropped while it was open: follow the opening line to every way out, also by"
                        + " an exception or an early return.";
            case ESCAPED_SCOPE ->
                "Its unit of work ended and it was still open. Close it before the scope ends; if it is meant to live"
                        + " longer, hand it off.";
            case OVERDUE ->
                "It has been open longer than its limit. It may be stuck rather than leaked: check the current stack of its"
                        + " thread, set a timeout, or raise the limit.";
            case GROWING ->
                "More and more are open from this line. A cache, a map or a listener list may keep them: bound it, and"
                        + " close the objects that it drops.";
            case OPEN_AT_SHUTDOWN ->
                "It was open when the guard was closed. It may be intended; if not, close it when the daemon stops.";
        };
    }
}
