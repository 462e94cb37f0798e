/**
 * Finds resources that a long-running daemon opens and never closes.
 *
 * <p>{@link io.leakguard.LeakGuard} is the entry: it
 * {@linkplain io.leakguard.LeakGuard#wrap(java.io.InputStream) wraps} resources, or
 * {@linkplain io.leakguard.LeakGuard#track(Object, io.leakguard.ResourceKind, Object) tracks} those that a library
 * wraps by itself. Each tracked resource has a {@link io.leakguard.LeakTracker} and a
 * {@link io.leakguard.ResourceKind}. {@link io.leakguard.Guarded} holds a resource without a wrapper, and
 * {@link io.leakguard.Ending} says how it ends. {@link io.leakguard.adapter} is for authors of wrappers and adapters. A
 * {@link io.leakguard.LeakScope} is a unit of work that must close the resources that it opened.
 *
 * <p>A leak becomes a {@link io.leakguard.LeakReport} with a {@link io.leakguard.LeakCause}, and a shortage becomes a
 * {@link io.leakguard.PressureReport}. Each {@link io.leakguard.LeakListener} gets them.
 * {@link io.leakguard.Suppression} names the known leaks and the reasons. {@link io.leakguard.OpenResources} lists the
 * open resources and who holds them, {@link io.leakguard.SiteLeaks} lists the leaks so far,
 * {@link io.leakguard.GuardStats} has the counts, and {@link io.leakguard.CaptureBudget} limits the cost.
 */
@NullMarked
package io.leakguard;

import org.jspecify.annotations.NullMarked;
