package org.apache.vendor;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;

/** A library's class; the tests put it in a jar. */
public final class Archive implements Closeable {

    private final FileInputStream in;

    public Archive(String file) throws IOException {
        this.in = open(file);
    }

    private static FileInputStream open(String file) throws IOException {
        return new FileInputStream(file);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
