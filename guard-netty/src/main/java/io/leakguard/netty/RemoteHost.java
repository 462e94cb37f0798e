package io.leakguard.netty;

/**
 * The open channels to or from one remote host.
 *
 * @param host its address, without a port
 * @param open the number that is open now
 * @param idle the number of these that is idle
 * @param mostOpen the largest number that was open at once since the oldest open channel was opened
 * @param growing true if the number keeps growing: it rose in each of the last six periods, by half and at least 10
 * @param grownFrom the smallest number in the period before these six; 0 if it isn't growing
 */
public record RemoteHost(String host, int open, int idle, int mostOpen, boolean growing, int grownFrom) {}
