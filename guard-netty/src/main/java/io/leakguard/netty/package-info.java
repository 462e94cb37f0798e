/**
 * Puts Netty's buffers, channels and event loop groups under a guard. {@link io.leakguard.netty.NettyGuard} is the
 * entry.
 */
@NullMarked
package io.leakguard.netty;

import org.jspecify.annotations.NullMarked;
