package io.leakguard.report;

import io.leakguard.internal.base.Json;
import io.leakguard.internal.base.Text;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Many stacks in little space, as a tree whose root is the outermost frame. Stacks share their common part, frames and
 * names are written once, and a stack is the number of its innermost node.
 */
final class Stacks {

    /** Stands for no stack, and as the parent of the outermost frame. */
    static final int NONE = -1;

    private static final int MAX_NAME = 300;

    private record Node(int parent, int frame) {}

    private record Frame(String className, String method, String file, int line, boolean application) {}

    private final Predicate<StackTraceElement> isApplication;
    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final Map<Frame, Integer> frames = new LinkedHashMap<>();
    private final Map<StackTraceElement, Integer> known = new HashMap<>();
    private final Map<Node, Integer> nodes = new LinkedHashMap<>();

    Stacks(Predicate<StackTraceElement> isApplication) {
        this.isApplication = isApplication;
    }

    /** Adds the innermost frames of a stack, at most {@code max}, and returns its number. */
    int add(List<StackTraceElement> stack, int max) {
        int node = NONE;
        if (stack.size() > max) {
            Frame cut = new Frame("", "… " + (stack.size() - max) + " more frames", "", 0, false);
            node = number(nodes, new Node(NONE, number(frames, cut)));
        }
        for (int i = Math.min(stack.size(), max) - 1; i >= 0; i--) {
            node = number(nodes, new Node(node, frame(stack.get(i))));
        }
        return node;
    }

    int frame(StackTraceElement element) {
        return known.computeIfAbsent(element, e -> {
            String file = e.getFileName();
            Frame frame = new Frame(
                    Text.safe(e.getClassName(), MAX_NAME),
                    Text.safe(e.getMethodName(), MAX_NAME),
                    file == null ? "" : Text.safe(file, MAX_NAME),
                    e.isNativeMethod() ? -2 : e.getLineNumber(),
                    isApplication.test(e));
            return number(frames, frame);
        });
    }

    private static <K> int number(Map<K, Integer> all, K key) {
        int next = all.size();
        Integer before = all.putIfAbsent(key, next);
        return before != null ? before : next;
    }

    /** Writes {@code names}, {@code frames} (class, method, file, line, whether of the application) and {@code nodes}. */
    void writeTo(Json json) {
        json.name("frames").beginArray();
        frames.keySet()
                .forEach(f -> json.value(number(names, f.className))
                        .value(number(names, f.method))
                        .value(number(names, f.file))
                        .value(f.line)
                        .value(f.application ? 1 : 0));
        json.endArray();
        json.name("nodes").beginArray();
        nodes.keySet().forEach(n -> json.value(n.parent).value(n.frame));
        json.endArray();
        json.name("names").beginArray();
        names.keySet().forEach(json::value);
        json.endArray();
    }
}
