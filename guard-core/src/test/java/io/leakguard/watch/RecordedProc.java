package io.leakguard.watch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Unpacks a recorded tree: {@code == path} begins a file, {@code -> path target} is a link, {@code size path n} is what
 * stat says, which a folder on a disk can't imitate.
 */
final class RecordedProc {
    private RecordedProc() {}

    static ProcFs unpack(String name, Path root) throws IOException {
        String text;
        try (InputStream in = RecordedProc.class.getResourceAsStream(name + ".txt")) {
            text = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
        Map<Path, Long> sizes = new HashMap<>();
        StringBuilder content = new StringBuilder();
        Path file = null;
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("== ") || line.startsWith("-> ") || line.startsWith("size ")) {
                write(file, content);
                file = null;
            }
            String[] words = line.split(" ", 3);
            if (line.startsWith("== ")) {
                file = root.resolve(words[1]);
            } else if (line.startsWith("-> ")) {
                Path link = root.resolve(words[1]);
                Files.createDirectories(link.getParent());
                Files.createSymbolicLink(link, Path.of(words[2]));
            } else if (line.startsWith("size ")) {
                sizes.put(root.resolve(words[1]), Long.parseLong(words[2]));
            } else {
                content.append(line).append('\n');
            }
        }
        write(file, content);
        return new ProcFs(root, "self", path -> sizes.getOrDefault(path, -1L));
    }

    private static void write(@org.jspecify.annotations.Nullable Path file, StringBuilder content) throws IOException {
        if (file != null) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }
        content.setLength(0);
    }
}
