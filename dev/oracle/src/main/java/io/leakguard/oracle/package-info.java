/**
 * An oracle for guard-test, which shares no code with it: it lists the process's descriptors before and after each test and
 * after three collections, at whatever time that takes. {@code dev/try-suite} compares both.
 */
@NullMarked
package io.leakguard.oracle;

import org.jspecify.annotations.NullMarked;
