/** Tracked resources: from opening to close or collection. The hot path. */
@NullMarked
package io.leakguard.internal.track;

import org.jspecify.annotations.NullMarked;
