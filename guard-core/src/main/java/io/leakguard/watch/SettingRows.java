package io.leakguard.watch;

import io.leakguard.watch.HostLimits.Fix;
import io.leakguard.watch.HostLimits.Risk;
import io.leakguard.watch.HostLimits.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Collects settings. An unreadable one is unknown and gets no advice. */
final class SettingRows {

    static final String SYSTEMD = "the systemd unit, [Service]";
    static final String DOCKER = "docker run";
    static final String JAVA = "java";
    static final String PROGRAM = "the program";
    static final String UNKNOWN = "unknown";

    private final List<Setting> settings = new ArrayList<>();

    List<Setting> settings() {
        return settings;
    }

    void add(String name, String source, OptionalLong number, Risk risk, String meaning, List<Fix> fixes) {
        add(name, source, text(number), number, risk, meaning, fixes);
    }

    void add(
            String name, String source, String value, OptionalLong number, Risk risk, String meaning, List<Fix> fixes) {
        boolean unknown = value.equals(UNKNOWN);
        settings.add(new Setting(
                name, source, value, number, unknown ? Risk.UNKNOWN : risk, meaning, unknown ? List.of() : fixes));
    }

    static String text(OptionalLong n) {
        return n.isEmpty() ? UNKNOWN : n.getAsLong() == Long.MAX_VALUE ? "unlimited" : n.getAsLong() + "";
    }

    static String mebibytes(OptionalLong bytes) {
        return bytes.isEmpty() || bytes.getAsLong() == Long.MAX_VALUE
                ? text(bytes)
                : bytes.getAsLong() + " (" + (bytes.getAsLong() >> 20) + " MiB)";
    }
}
