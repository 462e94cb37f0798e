package io.leakguard.junit;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Live child processes. */
final class ProcessSource implements Source {

    private final ThreadSource.Reapers reapers;

    ProcessSource(ThreadSource.Reapers reapers) {
        this.reapers = reapers;
    }

    /** Looking for children is expensive, so it is done only while the JDK has a thread that waits for one. */
    @Override
    public boolean mayHaveChanged() {
        return reapers.seen;
    }

    @Override
    public Set<Object> list() {
        Set<Object> result = new HashSet<>();
        ProcessHandle.current().children().filter(ProcessHandle::isAlive).forEach(result::add);
        return result;
    }

    @Override
    public Map<Object, Finding.Item> describe(Collection<Object> keys) {
        Map<Object, Finding.Item> result = new LinkedHashMap<>();
        for (Object key : keys) {
            ProcessHandle process = (ProcessHandle) key;
            String command = process.info()
                    .commandLine()
                    .or(() -> process.info().command())
                    .orElse("of an unknown command");
            result.put(key, new Finding.Item("process", command, "child process " + command));
        }
        return result;
    }

    @Override
    public String detail(Object key) {
        return "still running, process " + ((ProcessHandle) key).pid();
    }
}
