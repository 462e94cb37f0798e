/** Creation stacks, and the application code in them. */
@NullMarked
package io.leakguard.internal.stack;

import org.jspecify.annotations.NullMarked;
