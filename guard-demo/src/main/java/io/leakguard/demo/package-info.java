/**
 * A small daemon that leaks on purpose, under load, and a checker that compares what leaked with what the guard found:
 * {@link io.leakguard.demo.Demo} starts everything, {@link io.leakguard.demo.OrderDaemon} is the daemon, {@link
 * io.leakguard.demo.OrderJobs} its work with a bug in each job, {@link io.leakguard.demo.Peer} whom it talks to, {@link
 * io.leakguard.demo.Balancer} a load balancer in front of it, {@link io.leakguard.demo.Bugs} counts what the bugs left open, and {@link io.leakguard.demo.Verdict} judges.
 */
@NullMarked
package io.leakguard.demo;

import org.jspecify.annotations.NullMarked;
