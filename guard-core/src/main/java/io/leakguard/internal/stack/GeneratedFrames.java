package io.leakguard.internal.stack;

import java.util.regex.Pattern;

/**
 * Frames of classes that a library generates in the application's package while the program runs or is built: proxies
 * of CGLIB, Byte Buddy, Javassist and Gizmo. Nobody can open such a line. The application's own line is next to it.
 */
public final class GeneratedFrames {

    /**
     * For frames without a source file. No person writes {@code $$} in a name, and compilers name their source file.
     */
    private static final Pattern NAMES = Pattern.compile(
            ".*(\\$\\$|_\\$\\$_|\\$(MockitoMock|ByteBuddy|auxiliary|HibernateProxy|HibernateInstantiator)\\$|\\$Proxy\\d"
                    + "|_ClientProxy$|_Subclass$).*");

    private GeneratedFrames() {}

    /** Tells whether a frame is of a generated class. */
    public static boolean is(StackTraceElement frame) {
        String file = frame.getFileName();
        return file == null ? NAMES.matcher(frame.getClassName()).matches() : file.equals("<generated>");
    }
}
