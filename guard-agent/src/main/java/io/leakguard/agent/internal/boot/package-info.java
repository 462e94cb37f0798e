/** The one class that goes into the boot loader, under the name {@code java.lang.LeakGuardBridge}. */
@NullMarked
package io.leakguard.agent.internal.boot;

import org.jspecify.annotations.NullMarked;
