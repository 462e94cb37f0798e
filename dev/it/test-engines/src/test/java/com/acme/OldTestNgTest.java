package com.acme;

import java.io.FileInputStream;
import java.io.IOException;
import org.testng.annotations.Test;

/** Tests of TestNG. */
public class OldTestNgTest {

    @Test
    public void drops_a_file() throws IOException {
        if (new FileInputStream("pom.xml").read() < 0) {
            throw new IOException("empty");
        }
    }

    @Test
    public void is_clean() throws IOException {
        try (FileInputStream in = new FileInputStream("pom.xml")) {
            in.read();
        }
    }
}
