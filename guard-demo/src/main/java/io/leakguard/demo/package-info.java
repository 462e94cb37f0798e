/**
 * A small daemon that leaks on purpose, under load, and a checker that compares its leaks with the guard's findings.
 * {@link io.leakguard.demo.Demo} starts everything. {@link io.leakguard.demo.OrderDaemon} is the daemon, and {@link
 * io.leakguard.demo.OrderJobs} its work, with a bug in each job. It talks to {@link io.leakguard.demo.Peer}. {@link
 * io.leakguard.demo.Balancer} is a load balancer in front of it. {@link io.leakguard.demo.Bugs} counts the resources
 * that the bugs left open, and {@link io.leakguard.demo.Verdict} judges.
 */
@NullMarked
package io.leakguard.demo;

import org.jspecify.annotations.NullMarked;
