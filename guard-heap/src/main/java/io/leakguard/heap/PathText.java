package io.leakguard.heap;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a path to the steps that a person needs: from the last static field, thread local, thread, frame or class loader
 * on, and without the insides of the JDK's collections. Not thread-safe.
 */
final class PathText {

    private static final int MAX_KEY = 60;
    /** From how many steps in a row through the JDK's or a library's classes on only the first and the last are shown. */
    private static final int MANY = 3;

    private static final String THREAD_LOCAL_ENTRY = "java.lang.ThreadLocal$ThreadLocalMap$Entry";

    /** The steps for a person, and what two paths of one shape have in common. */
    record Steps(List<String> shown, String shape) {}

    /** A step. {@code common} is what it has in common with others of its shape. */
    private record Step(String text, String common, boolean isElement, boolean isLibrary) {}

    private final Dump dump;
    private @Nullable Map<Integer, String> threadLocals;

    private final List<Step> steps = new ArrayList<>();
    private Containers.Step into = Containers.Step.FIELD;
    /** The collection whose inside the path is in; -1 if it is in none. */
    private int container = -1;

    PathText(Dump dump) {
        this.dump = dump;
    }

    /** The steps of a path to a handle of a class. */
    Steps of(Search.Path path, String handleClass, boolean byGuard) {
        steps.clear();
        leave();
        List<Dump.Hop> hops = path.hops();
        int first = byGuard ? guard(hops) : begin(path);
        for (int i = first; i < hops.size(); i++) {
            Dump.Hop hop = hops.get(i);
            if (hop.index() >= 0) {
                place(hop);
            } else {
                field(hop);
            }
        }
        List<String> shown = new ArrayList<>();
        StringBuilder shape = new StringBuilder();
        for (Step step : folded()) {
            shown.add(step.text);
            shape.append(step.common).append(" > ");
        }
        String last = DumpClass.simpleName(handleClass);
        shown.add(last);
        return new Steps(List.copyOf(shown), shape.append(last).toString());
    }

    private void leave() {
        into = Containers.Step.FIELD;
        container = -1;
    }

    /** Adds the first step; returns the number of the reference that follows. */
    private int begin(Search.Path path) {
        List<Dump.Hop> hops = path.hops();
        for (int i = hops.size() - 1; i >= 0; i--) {
            Dump.Hop hop = hops.get(i);
            DumpClass by = hop.declaredBy();
            if (hop.isStatic() && by != null) {
                add("static " + by.simpleName() + "." + hop.field() + ofLoader(by), false);
                return i + 1;
            }
            if (by != null && by.name.equals(THREAD_LOCAL_ENTRY) && hop.field().equals("value")) {
                threadLocal(hop, hops.subList(0, i));
                return i + 1;
            }
        }
        root(Objects.requireNonNull(path.root()));
        return 0;
    }

    /** From the last of the guard's own objects on. */
    private int guard(List<Dump.Hop> hops) {
        add("the guard", false);
        for (int i = hops.size() - 1; i > 0; i--) {
            DumpClass c = dump.classOf(hops.get(i).from());
            if (c != null && c.guards) {
                return i;
            }
        }
        return 0;
    }

    /** Says which class loader loaded a class, if it is not the application's own. */
    private String ofLoader(DumpClass c) {
        if (c.permanent) {
            return "";
        }
        int loader = dump.object(c.loaderId);
        String name = dump.string(dump.ref(loader, "name"), MAX_KEY);
        return " of class loader " + DumpClass.simpleName(dump.nameOfClass(loader))
                + (name == null ? "" : " \"" + name + "\"");
    }

    private void threadLocal(Dump.Hop hop, List<Dump.Hop> before) {
        String thread = "";
        for (Dump.Hop h : before) {
            if (h.field().equals("threadLocals") || h.field().equals("inheritableThreadLocals")) {
                thread = dump.threadName(h.from());
            }
        }
        int[] key = {-1};
        dump.weak(hop.from(), to -> key[0] = to);
        String name = key[0] < 0 ? "a thread local that nobody can reach" : "thread local " + nameOf(key[0]);
        add(name + " of thread \"" + thread + "\"", name + " of thread " + withoutNumbers(thread), false, false);
    }

    private String nameOf(int threadLocal) {
        Map<Integer, String> names = threadLocals;
        if (names == null) {
            names = new HashMap<>();
            for (DumpClass c : dump.classes()) {
                for (DumpClass.Static s : c.statics) {
                    if (s.type() == DumpScan.TYPE_OBJECT) {
                        int value = dump.staticValue(s);
                        DumpClass of = value < 0 ? null : dump.classOf(value);
                        if (of != null && of.isA("java.lang.ThreadLocal")) {
                            names.put(value, c.simpleName() + "." + s.name());
                        }
                    }
                }
            }
            threadLocals = names;
        }
        String known = names.get(threadLocal);
        return known != null ? known : "of class " + DumpClass.simpleName(dump.nameOfClass(threadLocal));
    }

    private void root(Root root) {
        DumpClass by = root.declaredBy();
        switch (root.type()) {
            case STATIC_FIELD -> add("static " + Objects.requireNonNull(by).simpleName() + "." + root.field(), false);
            case THREAD -> thread("running thread", dump.threadName(dump.object(root.id())));
            case JAVA_FRAME -> {
                Dump.Frame frame = dump.frame(root.thread(), root.frame());
                String where = frame == null ? "a method" : text(frame);
                thread(
                        "local variable of " + where + " in running thread",
                        dump.threadName(dump.thread(root.thread())));
            }
            case NATIVE -> add("a reference of native code", false);
            case MONITOR -> add("a lock that is held", false);
            case CLASS -> add("a class of the JDK", false);
            case OTHER -> add("the JVM", false);
        }
    }

    private void thread(String what, String name) {
        add(what + " \"" + name + "\"", what + " " + withoutNumbers(name), false, false);
    }

    private static String text(Dump.Frame frame) {
        return DumpClass.simpleName(frame.className()) + "." + frame.method() + "("
                + (frame.file().isEmpty() ? "unknown source" : frame.file())
                + (frame.line() > 0 ? ":" + frame.line() : "") + ")";
    }

    /** Threads of one pool differ by a number. */
    private static String withoutNumbers(String name) {
        return name.replaceAll("\\d+", "#");
    }

    private void field(Dump.Hop hop) {
        DumpClass by = hop.declaredBy();
        DumpClass of = dump.classOf(hop.from());
        if (by == null || of == null) {
            if (by != null) {
                DumpClass itself = dump.asClass(hop.from());
                add(
                        "class " + (itself == null ? by : itself).simpleName() + ", its "
                                + (hop.field().equals("classLoader") ? "class loader" : hop.field()),
                        false);
            }
            leave();
            return;
        }
        switch (Containers.step(by.name, hop.field())) {
            case INSIDE -> enter(hop.from(), Containers.Step.INSIDE);
            case PLACES -> enter(hop.from(), Containers.Step.PLACES);
            case PAIRS -> enter(hop.from(), Containers.Step.PAIRS);
            case VALUE -> element(key(dump.ref(hop.from(), Containers.keyOf(by.name))));
            case KEY -> element(isSet() ? "an element" : "a key");
            case ELEMENT -> element("an element");
            case FIELD -> {
                if (hop.field().equals("class")) {
                    return; // the step from the class to its loader, or to its field, says it
                }
                String name = of.simpleName();
                boolean captured = of.name.contains("$$Lambda");
                add(captured ? name : name + "." + hop.field(), Libraries.isLibrary(by.name));
                leave();
            }
        }
    }

    private boolean isSet() {
        return dump.nameOfClass(container).contains("Set");
    }

    private void enter(int collection, Containers.Step how) {
        if (container < 0) {
            container = collection;
        }
        into = how;
    }

    private void place(Dump.Hop hop) {
        switch (into) {
            case INSIDE -> {} // a table, whose place says nothing
            case PAIRS -> {
                int[] all = dump.elements(hop.from());
                element(hop.index() % 2 == 1 ? key(all[hop.index() - 1]) : "a key");
            }
            default -> {
                if (container < 0) {
                    container = hop.from();
                }
                element(String.valueOf(hop.index()));
            }
        }
    }

    private void element(String which) {
        // A collection that a field holds has the field's name; one in another collection, or of a frame, has none.
        Step before = steps.get(steps.size() - 1);
        boolean named = !before.isElement
                && !before.text.startsWith("local ")
                && !before.text.startsWith("thread local ")
                && !before.text.startsWith("a ");
        String of = named || container < 0
                ? ""
                : DumpClass.simpleName(dump.nameOfClass(container)).replace("[]", "");
        add(of + "[" + which + "]", of + "[*]", true, false);
        leave();
    }

    private String key(int key) {
        String text = dump.string(key, MAX_KEY);
        if (text != null) {
            return "\"" + Output.safe(text) + "\"";
        }
        DumpClass c = dump.classOf(key);
        if (c == null) {
            DumpClass itself = dump.asClass(key);
            return itself != null ? itself.simpleName() : "null";
        }
        String number = switch (c.name) {
            case "java.lang.Integer", "java.lang.Long", "java.lang.Short", "java.lang.Byte" ->
                String.valueOf(dump.number(key, "value", 0));
            case "java.lang.Character" -> "'" + (char) dump.number(key, "value", 0) + "'";
            case "java.lang.Boolean" -> dump.number(key, "value", 0) == 0 ? "false" : "true";
            default -> null;
        };
        if (number != null) {
            return number;
        }
        String constant = c.isA("java.lang.Enum") ? dump.string(dump.ref(key, "name"), MAX_KEY) : null;
        return constant != null ? constant : c.simpleName();
    }

    private void add(String text, boolean library) {
        add(text, text, false, library);
    }

    private void add(String text, String common, boolean isElement, boolean library) {
        steps.add(new Step(text, common, isElement, library));
    }

    /** Leaves out what lies between the first and the last of many steps through libraries. */
    private List<Step> folded() {
        List<Step> result = new ArrayList<>();
        for (int i = 0; i < steps.size(); ) {
            int end = i;
            while (end < steps.size() && steps.get(end).isLibrary) {
                end++;
            }
            if (end - i >= MANY) {
                result.add(steps.get(i));
                result.add(new Step("…", "…", false, true));
                result.add(steps.get(end - 1));
                i = end;
            } else {
                result.add(steps.get(i++));
            }
        }
        return result;
    }
}
