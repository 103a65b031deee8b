/**
 * The one folder in which a controller keeps everything that is its own: database, keys, tokens.
 *
 * <p>Invariants: at most one controller uses a folder at a time (a lock that ends with the process, however it ends);
 * whatever is secret is readable by its owner only from its first byte on; a file is either the old one or the new one,
 * never a part, even after a power cut.
 *
 * <p>{@link io.yunqing.controller.datafolder.StartRefused} is how anything that runs before Quarkus says, in one line,
 * why the controller cannot start and what to do about it.
 */
@NullMarked
package io.yunqing.controller.datafolder;

import org.jspecify.annotations.NullMarked;
