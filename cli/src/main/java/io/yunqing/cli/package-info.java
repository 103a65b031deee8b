/**
 * yqctl: operators' way to the controller.
 *
 * <p>Flow: {@link io.yunqing.cli.Yqctl} makes the outside world a value and hands it to the grammar with the words it was
 * started with; whatever goes wrong comes back as a failure with an exit code and becomes a few lines on standard error.
 *
 * <p>A command lives for a tenth of a second, so what is not needed is not loaded: no framework, no data binding, one
 * branch of the grammar, YAML and the event stream only where they are used.
 */
@NullMarked
package io.yunqing.cli;

import org.jspecify.annotations.NullMarked;
