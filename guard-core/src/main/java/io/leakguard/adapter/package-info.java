/**
 * For authors of wrappers and adapters. Programs that only use a guard need {@link io.leakguard} alone.
 *
 * <p>The handle that an adapter makes is a {@link io.leakguard.adapter.GuardedResource}: it closes its
 * {@link io.leakguard.LeakTracker}. A {@link io.leakguard.adapter.ResourceProbe} answers further questions: whether the
 * resource behind a handle is open, its addresses, its parts, and its last holder.
 */
@NullMarked
package io.leakguard.adapter;

import org.jspecify.annotations.NullMarked;
