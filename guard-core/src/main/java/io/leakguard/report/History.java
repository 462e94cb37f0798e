package io.leakguard.report;

import java.util.ArrayList;
import java.util.List;

/** Samples of a whole life in bounded space. When it is full, it drops every second sample. */
final class History {

    static final int CAPACITY = 512;

    /** Counts at a moment; descriptors below zero are unknown. */
    record Sample(
            long atMillis, long opened, long closed, long open, long leaked, long descriptors, long descriptorLimit) {}

    private final List<Sample> samples = new ArrayList<>();

    synchronized void add(Sample sample) {
        samples.add(sample);
        if (samples.size() >= CAPACITY) {
            List<Sample> kept = new ArrayList<>(CAPACITY / 2 + 1);
            for (int i = 0; i < samples.size() - 1; i += 2) {
                kept.add(samples.get(i));
            }
            kept.add(sample);
            samples.clear();
            samples.addAll(kept);
        }
    }

    /** The time between samples at which the whole life fits. Old samples need no finer grain. */
    synchronized long gapMillis() {
        return samples.isEmpty()
                ? 0
                : (samples.get(samples.size() - 1).atMillis() - samples.get(0).atMillis()) / (CAPACITY / 2);
    }

    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }
}
