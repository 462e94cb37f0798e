package io.leakguard.report;

import java.util.ArrayList;
import java.util.List;

/** Samples of a whole life in bounded space: once it is full, every second one goes. */
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

    /** How far apart samples are to be so that the whole life fits: what is old already needs no fine grain. */
    synchronized long gapMillis() {
        return samples.isEmpty()
                ? 0
                : (samples.get(samples.size() - 1).atMillis() - samples.get(0).atMillis()) / (CAPACITY / 2);
    }

    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }
}
