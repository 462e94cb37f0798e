/** Findings: from a resource that leaked to the listeners. */
@NullMarked
package io.leakguard.internal.detect;

import org.jspecify.annotations.NullMarked;
