package io.leakguard.it;

import io.leakguard.LeakGuard;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Opens files as an application does: the frames of the guard's own packages are never blamed. */
public final class FileOpener {
    private FileOpener() {}

    public static InputStream withItsPath(LeakGuard guard, Path file) throws IOException {
        return guard.wrap(new FileInputStream(file.toFile()), file);
    }

    public static InputStream withoutAPath(LeakGuard guard, Path file) throws IOException {
        return guard.wrap(new FileInputStream(file.toFile()));
    }
}
