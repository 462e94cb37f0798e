package com.acme;

import java.io.FileInputStream;
import java.io.IOException;

/** Loses a file, and ends at the end of its input. */
public final class Hello {

    private Hello() {}

    public static void main(String[] args) throws IOException {
        lose();
        System.out.println("ready");
        for (int told = System.in.read(); told >= 0; told = System.in.read()) {
            if (told == '!') {
                lose();
            }
            System.gc();
        }
    }

    private static void lose() throws IOException {
        new FileInputStream("/etc/hosts");
    }
}
