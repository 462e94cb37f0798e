package io.leakguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each snippet in the public javadoc is code that compiles: it stands in {@link Snippets} too. */
class SnippetsTest {

    private static final Pattern SNIPPET = Pattern.compile("\\{@snippet :\\n(.*?)\\n\\s*\\* \\}\\n", Pattern.DOTALL);

    @Test
    void every_snippet_in_the_javadoc_is_compiled() throws IOException {
        String compiled = plain(Files.readString(Path.of("src/test/java/io/leakguard/it/Snippets.java")));
        List<String> snippets = new ArrayList<>();
        for (Path folder :
                List.of(Path.of("src/main/java/io/leakguard"), Path.of("src/main/java/io/leakguard/adapter"))) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".java"))::iterator) {
                    Matcher m = SNIPPET.matcher(Files.readString(file));
                    while (m.find()) {
                        snippets.add(file.getFileName() + ": " + m.group(1));
                        for (String statement : statements(m.group(1))) {
                            assertThat(compiled)
                                    .as("a snippet of %s", file.getFileName())
                                    .contains(plain(statement));
                        }
                    }
                }
            }
        }
        assertThat(snippets).hasSizeGreaterThanOrEqualTo(8);
    }

    /** A snippet may show a class and its use: each top-level piece is looked for by itself. */
    private static List<String> statements(String snippet) {
        List<String> result = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        for (String raw : snippet.lines().toList()) {
            String line = raw.replaceFirst("^\\s*\\* ?", "");
            piece.append(line).append('\n');
            if (line.equals("}") || (line.endsWith(";") && !line.startsWith(" ") && piece.indexOf("{") < 0)) {
                result.add(piece.toString());
                piece.setLength(0);
            }
        }
        if (!piece.isEmpty()) {
            result.add(piece.toString());
        }
        return result;
    }

    private static String plain(String code) {
        return code.replaceAll("\\s+", "");
    }
}
