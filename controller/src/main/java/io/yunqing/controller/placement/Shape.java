package io.yunqing.controller.placement;

/**
 * How large a host's room must be, whoever asks and wherever it is.
 *
 * @param singleNuma whether it must fit into one NUMA node
 */
record Shape(Amounts amounts, boolean singleNuma) {}
