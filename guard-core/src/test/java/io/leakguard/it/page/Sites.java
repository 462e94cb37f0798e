package io.leakguard.it.page;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Many lines of code that open something: compiled at run time. */
final class Sites {

    private Sites() {}

    /** Calls {@code opener} from {@code n} methods of ten classes, each with a line of its own. */
    static void openAt(int n, Path folder, Consumer<String> opener) throws Exception {
        int perClass = (n + 9) / 10;
        for (int c = 0; c < 10; c++) {
            StringBuilder source = new StringBuilder("package com.acme.generated;\npublic class Service" + c
                    + " implements java.util.function.Consumer<java.util.function.Consumer<String>> {\n");
            StringBuilder all = new StringBuilder();
            for (int m = 0; m < perClass && c * perClass + m < n; m++) {
                source.append(String.format(
                        Locale.ROOT,
                        "static void handle%d(java.util.function.Consumer<String> o) {%n  o.accept(\"order %d\");%n}%n",
                        m,
                        c * perClass + m));
                all.append("handle").append(m).append("(o);\n");
            }
            source.append("public void accept(java.util.function.Consumer<String> o) {\n")
                    .append(all)
                    .append("}\n}\n");
            Files.createDirectories(folder.resolve("com/acme/generated"));
            Files.writeString(folder.resolve("com/acme/generated/Service" + c + ".java"), source);
        }
        compile(folder);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            for (int c = 0; c < 10; c++) {
                Object service = loader.loadClass("com.acme.generated.Service" + c)
                        .getConstructor()
                        .newInstance();
                service.getClass().getMethod("accept", Consumer.class).invoke(service, opener);
            }
        }
    }

    private static void compile(Path folder) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null);
                var sources = Files.newDirectoryStream(folder.resolve("com/acme/generated"), "*.java")) {
            boolean done = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-g", "-proc:none", "-d", folder.toString()),
                            null,
                            files.getJavaFileObjectsFromPaths(
                                    java.util.stream.StreamSupport.stream(sources.spliterator(), false)
                                            .toList()))
                    .call();
            if (!done) {
                throw new AssertionError(said);
            }
        }
    }
}
