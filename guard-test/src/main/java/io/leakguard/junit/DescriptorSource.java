package io.leakguard.junit;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The process's descriptors, on Linux. */
final class DescriptorSource implements Source {

    /** A number and its target. The same number with another target is another descriptor. */
    private record Descriptor(int number, String target) {}

    private final Seen seen;
    private long countAtList = -1;
    private long collectionsAtList = -1;
    /** Selectors of the JDK's HTTP clients. Only their number is known, not which ones they are. */
    private final Set<Object> ofHttpClients = new HashSet<>();

    DescriptorSource(Seen seen) {
        this.seen = seen;
    }

    /** One stat, where the kernel counts; and a collection may have closed one where a test opened another. */
    @Override
    public boolean mayHaveChanged() {
        long count = Descriptors.count();
        return count <= 0 || count != countAtList || collectionsAtList != Collector.collectionsOfTheJvm();
    }

    @Override
    public Set<Object> list() {
        collectionsAtList = Collector.collectionsOfTheJvm();
        countAtList = Descriptors.count();
        Set<Object> result = new HashSet<>();
        Descriptors.list().forEach((number, target) -> {
            if (!Descriptors.isNoise(target)) {
                result.add(new Descriptor(number, target));
            }
        });
        return result;
    }

    @Override
    public Map<Object, Finding.Item> describe(Collection<Object> keys) {
        Map<Object, Finding.Item> result = new LinkedHashMap<>();
        Descriptors.Sockets sockets = new Descriptors.Sockets();
        Set<Integer> told = toldByTheAgent();
        for (Object key : keys) {
            Descriptor d = (Descriptor) key;
            if (told.contains(d.number())) {
                continue; // with the line
            }
            if (Descriptors.isSelector(d.target()) && isOfHttpClient(d)) {
                continue;
            }
            String subject = sockets.describe(d.target());
            if (!Descriptors.isOfTheJvm(subject)) {
                result.put(
                        key,
                        new Finding.Item(
                                "descriptor." + Descriptors.type(d.target()),
                                subject,
                                Descriptors.type(d.target()).equals("file") ? "file " + subject : subject));
            }
        }
        return result;
    }

    private Set<Integer> toldByTheAgent() {
        return seen.isOn() ? seen.descriptorsOf(Descriptors.list().keySet()) : Set.of();
    }

    private boolean isOfHttpClient(Descriptor selector) {
        long clients = Descriptors.selectorsOfHttpClients();
        if (clients == 0) {
            return false;
        }
        ofHttpClients.retainAll(list());
        return ofHttpClients.size() < clients && ofHttpClients.add(selector);
    }

    @Override
    public String detail(Object key) {
        return "still open";
    }

    @Override
    public boolean isCollected() {
        return true;
    }
}
