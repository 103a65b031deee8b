/**
 * What a guest learns about itself at its first start: a NoCloud seed with its name, keys, address and user data.
 */
@NullMarked
package io.yunqing.agent.seed;

import org.jspecify.annotations.NullMarked;
