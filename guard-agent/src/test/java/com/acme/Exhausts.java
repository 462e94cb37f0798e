package com.acme;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Opens files until no descriptor is left, and goes on trying. */
public final class Exhausts {

    private static final List<FileInputStream> ALL = new ArrayList<>();

    private Exhausts() {}

    public static void main(String[] args) throws IOException {
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            try {
                while (ALL.size() < 100_000) {
                    open();
                }
            } catch (IOException e) {
                System.out.println("failed");
            }
        }
    }

    private static void open() throws IOException {
        ALL.add(new FileInputStream("/etc/hosts")); // opens
    }
}
