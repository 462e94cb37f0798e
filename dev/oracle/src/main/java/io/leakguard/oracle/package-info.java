/**
 * An oracle for guard-test, which shares no code with it. It lists the process's descriptors before and after each test
 * and after three collections, at any cost of time. {@code dev/try-suite} compares both.
 */
@NullMarked
package io.leakguard.oracle;

import org.jspecify.annotations.NullMarked;
