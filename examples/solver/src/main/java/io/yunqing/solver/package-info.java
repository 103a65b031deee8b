/** Our plans of moves beside those of a solver, which knows the whole fleet and may take its time. */
@NullMarked
package io.yunqing.solver;

import org.jspecify.annotations.NullMarked;
