/** Parts that know nothing about leaks: clocks, threads, texts, locks, trends. */
@NullMarked
package io.leakguard.internal.base;

import org.jspecify.annotations.NullMarked;
