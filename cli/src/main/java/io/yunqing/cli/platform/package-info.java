/**
 * What every command needs: the outside world as one value, exit codes, failures, words, settings.
 *
 * <p>Nothing below reads {@code System.in}, the environment or the clock by itself: {@link
 * io.yunqing.cli.platform.Shell} carries them, so that a test runs a command as a shell would, in-process.
 */
@NullMarked
package io.yunqing.cli.platform;

import org.jspecify.annotations.NullMarked;
