package io.leakguard.junit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Picks the frames of stacks that a person wants to see. */
final class Frames {
    private Frames() {}

    /** The innermost frame of neither the JDK nor a test runner; null if there is none. */
    static @Nullable StackTraceElement firstOfProject(List<StackTraceElement> stack) {
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (!isCaller(name) && !name.startsWith("javax.") && !name.startsWith("sun.")) {
                return frame;
            }
        }
        return null;
    }

    /** The stack from the innermost frame on that is not the JDK's: the agent sees resources opened deep in that. */
    static List<StackTraceElement> withoutJdkAtTop(List<StackTraceElement> stack) {
        for (int i = 0; i < stack.size(); i++) {
            String module = stack.get(i).getModuleName();
            boolean jdk = stack.get(i).getClassName().startsWith("java.")
                    || (module != null && (module.startsWith("java.") || module.startsWith("jdk.")));
            if (!jdk) {
                return List.copyOf(stack.subList(i, stack.size()));
            }
        }
        return List.copyOf(stack);
    }

    /** The outermost frame of a class or of one nested in it; null if there is none. */
    static @Nullable StackTraceElement ofClass(List<StackTraceElement> stack, String className) {
        StackTraceElement found = null;
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (!className.isEmpty() && (name.equals(className) || name.startsWith(className + "$"))) {
                found = frame;
            }
        }
        return found;
    }

    /** As a person knows the frame: without the name of the loader or the module. */
    static String text(StackTraceElement frame) {
        return new StackTraceElement(
                        frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber())
                .toString();
    }

    /** Tells whether a class belongs to a caller of tests: JUnit, a build tool, reflection. */
    static boolean isCaller(String name) {
        return name.startsWith("org.junit.")
                || name.startsWith("org.testng.")
                || name.startsWith("org.apache.maven.surefire.")
                || name.startsWith("org.gradle.")
                || name.startsWith("worker.org.gradle.")
                || name.startsWith("java.")
                || name.startsWith("jdk.internal.")
                || name.startsWith("com.intellij.")
                || name.startsWith("com.sun.proxy.")
                || name.startsWith("org.eclipse.jdt.")
                || name.startsWith("io.leakguard.junit.LeakGuardExtension")
                || name.startsWith("io.leakguard.junit.ThreadBirths");
    }
}
