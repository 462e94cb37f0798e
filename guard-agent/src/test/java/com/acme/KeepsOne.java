package com.acme;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Keeps one file open, after the JDK has made objects of its own that live as long as their thread. */
public final class KeepsOne {
    private KeepsOne() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        try (FileChannel channel = FileChannel.open(file)) {
            channel.read(ByteBuffer.allocate(100)); // by a direct buffer that the JDK keeps for the thread
        }
        try (FileInputStream kept = new FileInputStream(file.toFile())) { // kept
            System.out.println("ready");
            while (System.in.read() >= 0) {
                kept.available();
            }
        }
    }
}
