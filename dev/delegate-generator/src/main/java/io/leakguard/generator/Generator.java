package io.leakguard.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Writes guard-jdbc's forwarding classes into a folder. It reads the interfaces as the compiler sees them with {@code
 * --release}, so what it writes is the same on each JDK.
 */
public final class Generator {

    private static final String PACKAGE = "io.leakguard.jdbc";

    private Generator() {}

    /** The arguments: the folder to write to, and the release to read the interfaces of. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("give the folder to write to and the Java release, like 17");
        }
        Path target = Path.of(args[0]).resolve(PACKAGE.replace('.', '/'));
        Files.createDirectories(target);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("no Java compiler: run the build on a JDK");
        }
        JavaCompiler.CompilationTask task = compiler.getTask(
                null, null, null, List.of("--release", args[1], "-proc:only"), List.of("java.lang.Object"), null);
        Reader reader = new Reader(target);
        task.setProcessors(List.of(reader));
        if (!task.call() || !reader.done) {
            throw new IllegalStateException("the JDBC interfaces could not be read");
        }
    }

    /** Is given the compiler's view of the JDBC interfaces. */
    @SupportedAnnotationTypes("*")
    private static final class Reader extends AbstractProcessor {

        private final Path target;
        private boolean done;

        Reader(Path target) {
            this.target = target;
        }

        @Override
        public SourceVersion getSupportedSourceVersion() {
            return SourceVersion.latest();
        }

        @Override
        public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
            if (!done) {
                for (Forwarding forwarding : Forwarding.ALL) {
                    String source = new ForwardingWriter(processingEnv.getElementUtils(), PACKAGE, forwarding).write();
                    save(target.resolve(forwarding.className() + ".java"), source);
                }
                done = true;
            }
            return false;
        }

        /** Leaves a file alone that is as it should be, so that nothing is compiled again for it. */
        private static void save(Path file, String source) {
            try {
                if (!Files.exists(file) || !Files.readString(file).equals(source)) {
                    Files.writeString(file, source);
                }
            } catch (IOException e) {
                throw new IllegalStateException("can't write " + file, e);
            }
        }
    }
}
