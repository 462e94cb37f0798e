package io.leakguard.heap;

import java.util.HashMap;
import java.util.Map;

/** What the fields inside of the JDK's collections mean: a person reads of a key or a place, and of no table or node. */
final class Containers {

    /** What a step through a field is to a reader. */
    enum Step {
        /** A part of how the collection works. */
        INSIDE,
        /** The value of an entry. */
        VALUE,
        /** The key of an entry, or an element of a set. */
        KEY,
        /** The element of a list that is linked. */
        ELEMENT,
        /** An array whose places are those of the collection. */
        PLACES,
        /** An array with keys and values in turns. */
        PAIRS,
        /** A field like any other. */
        FIELD
    }

    private static final Map<String, Step> STEPS = new HashMap<>();

    static {
        inside("java.util.HashMap", "table");
        inside("java.util.LinkedHashMap", "head", "tail");
        entry("java.util.HashMap$Node", "key", "value", "next");
        inside("java.util.LinkedHashMap$Entry", "before", "after");
        inside("java.util.HashMap$TreeNode", "left", "right", "parent", "prev");
        inside("java.util.HashSet", "map");
        inside("java.util.TreeSet", "m");
        inside("java.util.concurrent.ConcurrentHashMap", "table", "nextTable");
        entry("java.util.concurrent.ConcurrentHashMap$Node", "key", "val", "next");
        inside("java.util.concurrent.ConcurrentHashMap$TreeBin", "root", "first");
        inside("java.util.concurrent.ConcurrentHashMap$TreeNode", "left", "right", "parent", "prev");
        inside("java.util.concurrent.ConcurrentHashMap$ForwardingNode", "nextTable");
        inside("java.util.concurrent.ConcurrentHashMap$KeySetView", "map");
        inside("java.util.concurrent.ConcurrentHashMap$CollectionView", "map");
        inside("java.util.Hashtable", "table");
        entry("java.util.Hashtable$Entry", "key", "value", "next");
        inside("java.util.Properties", "map");
        inside("java.util.TreeMap", "root");
        entry("java.util.TreeMap$Entry", "key", "value", "left", "right", "parent");
        inside("java.util.WeakHashMap", "table");
        entry("java.util.WeakHashMap$Entry", "key", "value", "next");
        STEPS.put("java.util.IdentityHashMap.table", Step.PAIRS);
        inside("java.util.concurrent.ConcurrentSkipListMap", "head");
        inside("java.util.concurrent.ConcurrentSkipListMap$Index", "node", "down", "right");
        entry("java.util.concurrent.ConcurrentSkipListMap$Node", "key", "val", "next");
        inside("java.util.concurrent.ConcurrentSkipListSet", "m");
        inside("java.util.EnumMap", "keyUniverse");
        places("java.util.EnumMap", "vals");
        entry("java.util.AbstractMap$SimpleEntry", "key", "value");
        entry("java.util.AbstractMap$SimpleImmutableEntry", "key", "value");
        entry("java.util.KeyValueHolder", "key", "value");

        places("java.util.ArrayList", "elementData");
        places("java.util.Vector", "elementData");
        places("java.util.ArrayDeque", "elements");
        places("java.util.PriorityQueue", "queue");
        places("java.util.Arrays$ArrayList", "a");
        places("java.util.concurrent.CopyOnWriteArrayList", "array");
        inside("java.util.concurrent.CopyOnWriteArraySet", "al");
        places("java.util.concurrent.ArrayBlockingQueue", "items");
        places("java.util.concurrent.PriorityBlockingQueue", "queue");
        inside("java.util.concurrent.DelayQueue", "q");
        places("java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue", "queue");
        places("java.util.concurrent.atomic.AtomicReferenceArray", "array");
        places("java.util.ImmutableCollections$ListN", "elements");
        places("java.util.ImmutableCollections$SetN", "elements");
        STEPS.put("java.util.ImmutableCollections$MapN.table", Step.PAIRS);
        element("java.util.ImmutableCollections$List12", "e0", "e1");
        element("java.util.ImmutableCollections$Set12", "e0", "e1");
        entry("java.util.ImmutableCollections$Map1", "k0", "v0");
        element("java.util.Collections$SingletonList", "element");
        element("java.util.Collections$SingletonSet", "element");
        entry("java.util.Collections$SingletonMap", "k", "v");

        inside("java.util.LinkedList", "first", "last");
        linked("java.util.LinkedList$Node");
        inside("java.util.concurrent.LinkedBlockingQueue", "head", "last");
        linked("java.util.concurrent.LinkedBlockingQueue$Node");
        inside("java.util.concurrent.LinkedBlockingDeque", "first", "last");
        linked("java.util.concurrent.LinkedBlockingDeque$Node");
        inside("java.util.concurrent.ConcurrentLinkedQueue", "head", "tail");
        linked("java.util.concurrent.ConcurrentLinkedQueue$Node");
        inside("java.util.concurrent.ConcurrentLinkedDeque", "head", "tail");
        linked("java.util.concurrent.ConcurrentLinkedDeque$Node");

        for (String kind : new String[] {"Unmodifiable", "Synchronized", "Checked"}) {
            inside("java.util.Collections$" + kind + "Collection", "c", "mutex");
            inside("java.util.Collections$" + kind + "List", "list");
            inside("java.util.Collections$" + kind + "Set", "s");
            inside("java.util.Collections$" + kind + "Map", "m", "mutex", "entrySet", "keySet", "values");
            inside("java.util.Collections$" + kind + "SortedMap", "sm");
            inside("java.util.Collections$" + kind + "NavigableMap", "nm");
        }
        inside("java.util.Collections$SetFromMap", "m", "s");
        inside("java.util.concurrent.atomic.AtomicReference", "value");
        inside("java.util.Optional", "value");
        inside("java.lang.ThreadLocal$ThreadLocalMap", "table");
        inside("java.lang.Thread", "threadLocals", "inheritableThreadLocals");
    }

    private Containers() {}

    private static void inside(String className, String... fields) {
        put(className, Step.INSIDE, fields);
    }

    private static void element(String className, String... fields) {
        put(className, Step.ELEMENT, fields);
    }

    private static void places(String className, String field) {
        put(className, Step.PLACES, field);
    }

    private static void linked(String className) {
        inside(className, "next", "prev");
        element(className, "item");
    }

    private static void entry(String className, String key, String value, String... links) {
        put(className, Step.KEY, key);
        put(className, Step.VALUE, value);
        put(className, Step.INSIDE, links);
    }

    private static void put(String className, Step step, String... fields) {
        for (String field : fields) {
            STEPS.put(className + "." + field, step);
        }
    }

    /** What it means to go through a field that a class declares. */
    static Step step(String className, String field) {
        return STEPS.getOrDefault(className + "." + field, Step.FIELD);
    }

    /** The name of the field with an entry's key, beside the field with its value. */
    static String keyOf(String className) {
        return switch (className) {
            case "java.util.ImmutableCollections$Map1" -> "k0";
            case "java.util.Collections$SingletonMap" -> "k";
            default -> "key";
        };
    }
}
