/**
 * For authors of wrappers and adapters. Programs that only use a guard need {@link io.leakguard} alone.
 *
 * <p>There are two ways of tracking. <em>Told</em>: the handle closes its {@link io.leakguard.LeakTracker}, and implements
 * {@link io.leakguard.adapter.GuardedResource}. <em>Polled</em>: nobody announces the end of an object, but its owner can
 * be asked; {@link io.leakguard.LeakGuard#polled} returns a {@link io.leakguard.adapter.Polled}, which asks a {@link
 * io.leakguard.adapter.Poller}. In both, a {@link io.leakguard.adapter.ResourceProbe} answers further questions: whether the
 * resource behind a handle is open, its addresses, its parts, and its last holder.
 */
@NullMarked
package io.leakguard.adapter;

import org.jspecify.annotations.NullMarked;
