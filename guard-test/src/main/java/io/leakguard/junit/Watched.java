package io.leakguard.junit;

/** What a run compares before and after, beyond what the guard tracks, and the setting that says what a difference does. */
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
