package io.leakguard.internal.config;

import io.leakguard.Suppression;
import io.leakguard.internal.base.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads files of suppressions. {@link Suppression} documents the format. */
public final class SuppressionFile {
    private SuppressionFile() {}

    public static List<Suppression> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("suppression file " + file + " is not UTF-8 text: save it as UTF-8", e);
        }
        return parse(file.toString(), lines);
    }

    public static List<Suppression> parse(String file, List<String> lines) {
        List<Suppression> result = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (i == 0 && line.startsWith("\uFEFF")) {
                line = line.substring(1).strip();
            }
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+", 4);
            String wrong = null;
            if (words.length < 2) {
                wrong = "it has no frame pattern";
            } else if (words.length < 3 || !words[2].equals("because")) {
                wrong = "the third word must be 'because'";
            } else if (words.length < 4) {
                wrong = "it has no reason after 'because'";
            }
            if (wrong != null) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": " + wrong + " in '" + Text.safe(line, 200)
                        + "'; write: <kind> <frame pattern> because <reason>, for instance:"
                        + " file.input com.acme.Config.* because it lives as long as the process");
            }
            try {
                result.add(new Suppression(words[0], words[1], words[3]));
            } catch (IllegalArgumentException e) {
                // A blank of another script: the split at blanks and the check of the words treat it differently.
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return result;
    }
}
