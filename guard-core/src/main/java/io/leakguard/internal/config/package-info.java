/** Settings: their keys, their texts and their values. */
@NullMarked
package io.leakguard.internal.config;

import org.jspecify.annotations.NullMarked;
