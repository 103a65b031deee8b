/**
 * The benchmarks behind {@code ./dev bench NAME}; docs/benchmarks.md says what each measures.
 *
 * <p>Must stay true: both sides of a ratio are measured in the same run, in turns, by the same clock and the same
 * observer; a figure is the median of its rounds.
 */
@NullMarked
package io.yunqing.examples.bench;

import org.jspecify.annotations.NullMarked;
