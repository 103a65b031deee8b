/**
 * What happens before Quarkus starts: settings are checked, the data folder is taken, the database runs, certificates
 * and tokens are there.
 *
 * <p>Flow: {@link io.yunqing.controller.boot.Settings} reads the environment, {@link
 * io.yunqing.controller.boot.Preparation} does the work and says what Quarkus must be told. It runs here and not in a
 * config source, because Quarkus reads its configuration at build time too, and a database started then would be baked
 * into the jar.
 *
 * <p>Invariants: whatever can be found wrong is found before anything is opened to the outside, and said in one line;
 * preparing twice changes nothing the second time.
 */
@NullMarked
package io.yunqing.controller.boot;

import org.jspecify.annotations.NullMarked;
