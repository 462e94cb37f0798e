/** What the extension for tests asks of what the agent's hooks have seen. Not API. */
@NullMarked
package io.leakguard.internal.observe;

import org.jspecify.annotations.NullMarked;
