/**
 * Finds what a long-running daemon opens and never closes.
 *
 * <p>{@link io.leakguard.LeakGuard} is the entry: it {@linkplain io.leakguard.LeakGuard#wrap(java.io.InputStream) wraps}
 * resources, or {@linkplain io.leakguard.LeakGuard#track(Object, io.leakguard.ResourceKind, Object) tracks} those that a
 * library wraps by itself. Each tracked resource has a {@link io.leakguard.LeakTracker} and a
 * {@link io.leakguard.ResourceKind}; {@link io.leakguard.Guarded} holds what has no wrapper, {@link io.leakguard.Ending} says how it
 * ends. {@link io.leakguard.adapter} is for those who write wrappers and adapters. A {@link io.leakguard.LeakScope} is a unit of work that must close what it
 * opened. What leaks becomes a {@link io.leakguard.LeakReport} with a {@link io.leakguard.LeakCause}, given to each
 * {@link io.leakguard.LeakListener}, and what runs out a {@link io.leakguard.PressureReport}; {@link io.leakguard.Suppression} names the leaks that are known and why.
 * {@link io.leakguard.OpenResources} answers who holds what is open now, {@link io.leakguard.SiteLeaks} what leaked so
 * far, {@link io.leakguard.GuardStats} counts it all, and {@link io.leakguard.CaptureBudget} bounds what it costs.
 */
@NullMarked
package io.leakguard;

import org.jspecify.annotations.NullMarked;
