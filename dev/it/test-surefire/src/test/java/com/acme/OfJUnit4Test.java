package com.acme;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.Test;

/** Tests of a project that wraps nothing. */
public class OfJUnit4Test {

    private static final List<Object> HELD = new ArrayList<>();

    @Test
    public void drops_a_file() throws IOException {
        if (new FileInputStream("pom.xml").read() < 0) { // leaves file.input
            throw new IOException("empty");
        }
    }

    @Test
    public void keeps_a_socket() throws IOException {
        HELD.add(new ServerSocket(0)); // leaves socket.server
    }

    @Test
    public void is_clean() throws IOException {
        try (FileInputStream in = new FileInputStream("pom.xml")) {
            in.read();
        }
    }
}
