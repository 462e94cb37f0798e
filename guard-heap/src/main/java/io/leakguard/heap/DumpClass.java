package io.leakguard.heap;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A class of a dump, with the places of its fields. Immutable once {@link Dump} has linked it. */
final class DumpClass {

    /** A field of an instance: where its value is in the record of an object of the class that declares it, or below. */
    record Field(String name, int type, int offset, DumpClass declaredBy) {}

    /** A field as its class declares it, with its place among them. */
    record Own(String name, int type, int offset) {}

    /** A static field. {@code at} is where its value is in the dump. */
    record Static(String name, int type, long at) {}

    final long id;
    final String name;
    final long superId;
    final long loaderId;
    final List<Static> statics;
    /** Names and types, as the class declares them. */
    final List<Own> own;

    final int ownSize;

    @Nullable
    DumpClass parent;

    /** The references of an instance that keep their object alive. */
    Field[] strong = {};
    /** The referent of a weak, soft, phantom or final reference; null if it is none. */
    @Nullable
    Field referent;

    boolean linked;
    /** Its instances tell what is open. */
    boolean interesting;
    /** Its instances lead to nothing but numbers and texts. */
    boolean holdsNothing;
    /** A class that is never unloaded. */
    boolean permanent;
    /** It belongs to the guard, which must not count as a holder. */
    boolean guards;

    DumpClass(long id, String name, long superId, long loaderId, List<Static> statics, List<Own> own, int ownSize) {
        this.id = id;
        this.name = name;
        this.superId = superId;
        this.loaderId = loaderId;
        this.statics = statics;
        this.own = own;
        this.ownSize = ownSize;
    }

    boolean isA(String className) {
        for (DumpClass c = this; c != null; c = c.parent) {
            if (c.name.equals(className)) {
                return true;
            }
        }
        return false;
    }

    /** All fields of an instance, those of the class itself first, as they are in the dump. */
    List<Field> fields() {
        List<Field> all = new ArrayList<>();
        int base = 0;
        for (DumpClass c = this; c != null; c = c.parent) {
            for (Own f : c.own) {
                all.add(new Field(f.name, f.type, base + f.offset, c));
            }
            base += c.ownSize;
        }
        return all;
    }

    @Nullable
    Field field(String fieldName) {
        int base = 0;
        for (DumpClass c = this; c != null; c = c.parent) {
            for (Own f : c.own) {
                if (f.name.equals(fieldName)) {
                    return new Field(f.name, f.type, base + f.offset, c);
                }
            }
            base += c.ownSize;
        }
        return null;
    }

    /** The name without its package; a hidden class's without its number. */
    String simpleName() {
        return simpleName(name);
    }

    static String simpleName(String name) {
        int hidden = name.indexOf("$$Lambda");
        if (hidden > 0) {
            String outer = name.substring(0, hidden);
            return "lambda in " + outer.substring(outer.lastIndexOf('.') + 1);
        }
        String plain = name;
        int number = Math.max(plain.indexOf('/'), plain.indexOf('+'));
        if (number > 0) {
            plain = plain.substring(0, number);
        }
        return plain.substring(plain.lastIndexOf('.') + 1);
    }

    @Override
    public String toString() {
        return name;
    }
}
