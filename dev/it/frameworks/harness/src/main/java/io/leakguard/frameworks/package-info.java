/** Shared by the tests of all frameworks. */
@NullMarked
package io.leakguard.frameworks;

import org.jspecify.annotations.NullMarked;
