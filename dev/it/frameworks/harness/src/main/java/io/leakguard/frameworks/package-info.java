/** What the tests of all frameworks share. */
@NullMarked
package io.leakguard.frameworks;

import org.jspecify.annotations.NullMarked;
