package io.leakguard.junit;

/** The things that a run compares before and after, beyond tracked resources, and the setting for their effect. */
enum Watched {
    DESCRIPTORS("descriptors"),
    THREADS("threads"),
    DAEMON_THREADS("threads.daemon"),
    PROCESSES("processes"),
    TEMP_FILES("temp.files"),
    /** System properties, default locale and time zone, the context class loader. */
    STATE("state"),
    /** Class loaders that somebody holds. */
    CLASS_LOADERS("class.loaders");

    final String key;

    Watched(String key) {
        this.key = key;
    }
}
