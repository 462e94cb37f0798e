/** The engine. Nothing here is API: it is not exported, and it changes without notice. */
@NullMarked
package io.leakguard.internal;

import org.jspecify.annotations.NullMarked;
