package io.leakguard.junit;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files and folders in the folder for temporary files. */
final class TempFileSource implements Source {

    private static final List<String> OF_OTHERS =
            List.of("hsperfdata_", ".java_pid", ".attach_pid", "surefire", "+JXF", "+~JF");

    private final @Nullable Path folder = folder();
    private @Nullable FileTime timeAtList;

    private static @Nullable Path folder() {
        try {
            return Path.of(System.getProperty("java.io.tmpdir", ""));
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Tells whether other processes use the folder too, so that new files may be theirs. */
    static boolean isShared() {
        Path folder = folder();
        return folder == null
                || folder.equals(Path.of("/tmp"))
                || folder.equals(Path.of("/var/tmp"))
                || folder.equals(Path.of(System.getProperty("user.home", ""), "AppData", "Local", "Temp"))
                || folder.startsWith("/var/folders");
    }

    @Override
    public boolean mayHaveChanged() {
        FileTime time = time();
        return time == null || !time.equals(timeAtList);
    }

    private @Nullable FileTime time() {
        Path f = folder;
        try {
            return f == null ? null : Files.getLastModifiedTime(f);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public Set<Object> list() {
        timeAtList = time();
        Set<Object> result = new HashSet<>();
        Path f = folder;
        if (f == null || !Files.isDirectory(f)) {
            return result;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(f)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (OF_OTHERS.stream().noneMatch(name::startsWith) && !isNativeLibrary(name)) {
                    result.add(entry);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            timeAtList = null; // an incomplete list: look again next time
        }
        return result;
    }

    /** Libraries unpack these for as long as the JVM lives. */
    private static boolean isNativeLibrary(String name) {
        return name.endsWith(".so") || name.endsWith(".dll") || name.endsWith(".dylib") || name.endsWith(".jnilib");
    }

    @Override
    public Map<Object, Finding.Item> describe(Collection<Object> keys) {
        Map<Object, Finding.Item> result = new LinkedHashMap<>();
        for (Object key : keys) {
            boolean directory = Files.isDirectory((Path) key);
            result.put(
                    key,
                    new Finding.Item(
                            directory ? "temp.folder" : "temp.file",
                            key.toString(),
                            (directory ? "temporary folder " : "temporary file ") + key));
        }
        return result;
    }

    @Override
    public String detail(Object key) {
        return "still there";
    }
}
