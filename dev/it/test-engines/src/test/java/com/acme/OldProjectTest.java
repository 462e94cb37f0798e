package com.acme;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of a project that knows nothing of LeakGuard, with what each JUnit 5 has. */
class OldProjectTest {

    private static final List<Object> HELD = new ArrayList<>();

    @Test
    void drops_a_file() throws IOException {
        if (new FileInputStream("pom.xml").read() < 0) {
            throw new IOException("empty");
        }
    }

    @Test
    void keeps_a_socket() throws IOException {
        HELD.add(new ServerSocket(0));
    }

    @Test
    void is_clean() throws IOException {
        try (FileInputStream in = new FileInputStream("pom.xml")) {
            in.read();
        }
    }
}
