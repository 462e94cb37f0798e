package io.leakguard.generator;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Names for the parameters of the JDK's methods, close to those of its documentation. */
final class CoreParameterNames {

    private static final List<String> RANGE = List.of("", "offset", "length");

    /** By the method's name and its number of parameters. An empty name is made from the parameter's type. */
    private static final Map<String, List<String>> BY_METHOD = Map.ofEntries(
            // java.io, java.nio.channels
            Map.entry("read/2", List.of("", "position")),
            Map.entry("read/3", RANGE),
            Map.entry("readNBytes/1", List.of("length")),
            Map.entry("readNBytes/3", RANGE),
            Map.entry("skip/1", List.of("n")),
            Map.entry("skipNBytes/1", List.of("n")),
            Map.entry("mark/1", List.of("readLimit")),
            Map.entry("write/2", List.of("", "position")),
            Map.entry("write/3", RANGE),
            Map.entry("append/3", List.of("", "start", "end")),
            Map.entry("position/1", List.of("newPosition")),
            Map.entry("truncate/1", List.of("newSize")),
            Map.entry("force/1", List.of("metaData")),
            Map.entry("map/3", List.of("mode", "position", "size")),
            // java.net
            Map.entry("bind/2", List.of("", "backlog")),
            Map.entry("setSoLinger/2", List.of("on", "linger")),
            Map.entry("sendUrgentData/1", List.of("data")),
            Map.entry("setOption/2", List.of("name", "value")),
            Map.entry("getOption/1", List.of("name")),
            Map.entry("setPerformancePreferences/3", List.of("connectionTime", "latency", "bandwidth")),
            Map.entry("joinGroup/2", List.of("group", "networkInterface")),
            Map.entry("leaveGroup/2", List.of("group", "networkInterface")),
            // javax.net
            Map.entry("createSocket/2", List.of("host", "port")),
            Map.entry("createSocket/4", List.of("host", "port", "localAddress", "localPort")),
            Map.entry("createServerSocket/1", List.of("port")),
            Map.entry("createServerSocket/2", List.of("port", "backlog")),
            Map.entry("createServerSocket/3", List.of("port", "backlog", "localAddress")),
            // java.util.concurrent
            Map.entry("execute/1", List.of("command")),
            Map.entry("submit/1", List.of("task")),
            Map.entry("submit/2", List.of("task", "result")),
            Map.entry("invokeAll/1", List.of("tasks")),
            Map.entry("invokeAll/3", List.of("tasks", "timeout", "unit")),
            Map.entry("invokeAny/1", List.of("tasks")),
            Map.entry("invokeAny/3", List.of("tasks", "timeout", "unit")),
            Map.entry("awaitTermination/2", List.of("timeout", "unit")),
            Map.entry("schedule/3", List.of("command", "delay", "unit")),
            Map.entry("scheduleAtFixedRate/4", List.of("command", "initialDelay", "period", "unit")),
            Map.entry("scheduleWithFixedDelay/4", List.of("command", "initialDelay", "delay", "unit")),
            // java.util.stream, iterators and spliterators
            Map.entry("collect/3", List.of("supplier", "accumulator", "combiner")),
            Map.entry("reduce/1", List.of("accumulator")),
            Map.entry("reduce/2", List.of("identity", "accumulator")),
            Map.entry("reduce/3", List.of("identity", "accumulator", "combiner")),
            Map.entry("toArray/1", List.of("generator")),
            Map.entry("limit/1", List.of("maxSize")),
            Map.entry("peek/1", List.of("action")),
            Map.entry("onClose/1", List.of("closeHandler")),
            Map.entry("tryAdvance/1", List.of("action")),
            Map.entry("hasCharacteristics/1", List.of("characteristics")));

    private static final Map<String, String> BY_TYPE = Map.of(
            "byte[]", "bytes",
            "char[]", "chars",
            "java.lang.CharSequence", "text",
            "java.nio.ByteBuffer", "buffer",
            "java.nio.ByteBuffer[]", "buffers",
            "java.nio.CharBuffer", "buffer",
            "java.net.SocketAddress", "address",
            "java.net.InetAddress", "address",
            "java.net.DatagramPacket", "packet");

    private CoreParameterNames() {}

    /** A parameter's name, or an empty one. */
    static String of(String method, List<String> types, int index) {
        String name = BY_METHOD.getOrDefault(method + "/" + types.size(), List.of()).stream()
                .skip(index)
                .findFirst()
                .orElse("");
        if (!name.isEmpty()) {
            return name;
        }
        String type = types.get(index);
        if (method.equals("connect") && type.equals("int")) {
            return types.get(0).equals("java.net.InetAddress") ? "port" : "timeout";
        }
        if (method.matches("(map|flatMap).*")) {
            return "mapper";
        }
        if (method.startsWith("forEach")) {
            return "action";
        }
        if (type.matches(".*Predicate(<.*>)?")) {
            return "predicate";
        }
        if (method.startsWith("set") && types.size() == 1) {
            return property(method.substring("set".length()));
        }
        return BY_TYPE.getOrDefault(type, "");
    }

    /** {@code TcpNoDelay} as {@code tcpNoDelay}, {@code OOBInline} as {@code oobInline}. */
    private static String property(String name) {
        int capitals = 1;
        while (capitals + 1 < name.length()
                && Character.isUpperCase(name.charAt(capitals))
                && Character.isUpperCase(name.charAt(capitals + 1))) {
            capitals++;
        }
        return name.substring(0, capitals).toLowerCase(Locale.ROOT) + name.substring(capitals);
    }
}
