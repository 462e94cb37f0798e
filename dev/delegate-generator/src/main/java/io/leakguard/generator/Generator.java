package io.leakguard.generator;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Writes the forwarding classes of a module into a folder. It reads the types as the compiler sees them with {@code
 * --release}, so the result is the same on each JDK.
 */
public final class Generator {

    private static final Map<String, Delegates> MODULES =
            Map.of("guard-core", new CoreDelegates(), "guard-jdbc", new JdbcDelegates());

    private Generator() {}

    /** The arguments: the module, the folder for the classes, and the release whose types are read. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3 || !MODULES.containsKey(args[0])) {
            throw new IllegalArgumentException("give the module (one of " + new TreeSet<>(MODULES.keySet())
                    + "), the folder to write to and the Java release, like 17, not " + List.of(args));
        }
        write(MODULES.get(args[0]), Path.of(args[1]), args[2]);
    }

    static void write(Delegates delegates, Path folder, String release) throws IOException {
        Path target = folder.resolve(delegates.packageName().replace('.', '/'));
        Files.createDirectories(target);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("no Java compiler: run the build on a JDK");
        }
        JavaCompiler.CompilationTask task = compiler.getTask(
                null, null, null, List.of("--release", release, "-proc:only"), List.of("java.lang.Object"), null);
        Reader reader = new Reader(delegates, target);
        task.setProcessors(List.of(reader));
        if (!task.call() || !reader.done) {
            throw new IllegalStateException("the types to forward could not be read");
        }
    }

    /** Gets the compiler's view of the types. */
    @SupportedAnnotationTypes("*")
    private static final class Reader extends AbstractProcessor {

        private final Delegates delegates;
        private final Path target;
        private boolean done;

        Reader(Delegates delegates, Path target) {
            this.delegates = delegates;
            this.target = target;
        }

        @Override
        public SourceVersion getSupportedSourceVersion() {
            return SourceVersion.latest();
        }

        @Override
        public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
            if (!done) {
                Set<Path> written = new HashSet<>();
                for (Forwarding forwarding : delegates.all()) {
                    String source = new DelegateWriter(
                                    processingEnv.getElementUtils(),
                                    processingEnv.getTypeUtils(),
                                    delegates,
                                    forwarding)
                            .write();
                    Path file = target.resolve(forwarding.className + ".java");
                    save(file, source);
                    written.add(file);
                }
                removeOthers(written);
                done = true;
            }
            return false;
        }

        /** Removes classes of an earlier build that are no longer needed. */
        private void removeOthers(Set<Path> written) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(target, "*.java")) {
                for (Path file : files) {
                    if (!written.contains(file)) {
                        Files.delete(file);
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException("can't tidy up " + target, e);
            }
        }

        /** Writes a file only if it has changed, so that nothing is compiled again without need. */
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
