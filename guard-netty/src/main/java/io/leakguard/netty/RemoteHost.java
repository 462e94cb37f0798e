package io.leakguard.netty;

/**
 * How many channels are open to or from one remote host.
 *
 * @param host its address, without a port
 * @param open how many are open now
 * @param idle how many of them are idle
 * @param mostOpen how many were open at the most, since the first of those that are open now
 * @param growing true if the number open keeps growing: it rose in each of the last six periods, by half and 10 at least
 * @param grownFrom how many were open, at the least, in the period before these six; 0 if it isn't growing
 */
public record RemoteHost(String host, int open, int idle, int mostOpen, boolean growing, int grownFrom) {}
