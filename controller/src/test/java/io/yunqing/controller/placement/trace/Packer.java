package io.yunqing.controller.placement.trace;

import io.yunqing.controller.placement.trace.Trace.Machine;

/** A fleet of identical hosts and a way to choose among them. */
interface Packer {
    /** Gives the machine a host and returns its number, or -1 if none has room. */
    int place(Machine machine);

    /** Takes back what {@link #place} gave. */
    void remove(int host, Machine machine);
}
