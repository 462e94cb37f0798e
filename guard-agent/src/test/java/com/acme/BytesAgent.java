package com.acme;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** An agent of the tests that reads the bytes of classes as they are now. */
public final class BytesAgent {

    private static Instrumentation instrumentation;

    private BytesAgent() {}

    /** Each time that it is attached it comes after all agents that are there, and sees what they make of a class. */
    public static void agentmain(String options, Instrumentation given) {
        instrumentation = given;
    }

    static String read(Class<?>... types) throws UnmodifiableClassException {
        Map<String, String> all = new TreeMap<>();
        ClassFileTransformer reading = new ClassFileTransformer() {
            @Override
            public byte[] transform(
                    ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
                // What is loaded meanwhile comes with the same class.
                if (redefined != null && redefined.getName().replace('.', '/').equals(name)) {
                    all.put(name, Base64.getEncoder().encodeToString(bytes));
                }
                return null;
            }
        };
        instrumentation.addTransformer(reading, true);
        try {
            instrumentation.retransformClasses(types);
        } finally {
            instrumentation.removeTransformer(reading);
        }
        return all.toString();
    }
}
