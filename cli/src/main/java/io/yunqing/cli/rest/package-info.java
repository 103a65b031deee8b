/**
 * The wire: one request, one answer, and the event stream.
 *
 * <p>Flow: a command names a path and a body; {@link io.yunqing.cli.rest.Rest} adds who asks, sends, retries what was
 * lost on the way, and turns every answer that is not a success into {@link io.yunqing.cli.rest.Refused}.
 *
 * <p>{@code HttpURLConnection} is used for requests because it starts in a fraction of the time {@code HttpClient} takes;
 * the latter is used for the event stream and for consoles only, where a command lives long.
 */
@NullMarked
package io.yunqing.cli.rest;

import org.jspecify.annotations.NullMarked;
