/**
 * The grammar and the verbs.
 *
 * <p>Flow: {@link io.yunqing.cli.command.Grammar} builds the commands that a command line can mean (mostly one) and
 * parses it; the verb's {@link io.yunqing.cli.command.Action} runs with a {@link io.yunqing.cli.command.Call}, which has
 * the arguments, the settings and the controller. A verb is written once for all nouns.
 *
 * <p>Invariants: data goes to standard output, messages to standard error; a wait that ends is never called a failure;
 * a mutation is sent with the revision that was seen.
 */
@NullMarked
package io.yunqing.cli.command;

import org.jspecify.annotations.NullMarked;
