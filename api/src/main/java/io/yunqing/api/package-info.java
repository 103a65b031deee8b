/**
 * What crosses a process boundary: the resources of the REST interface, their problems and events.
 *
 * <p>Every resource is one record of {@code kind}, {@code metadata}, {@code spec} (what was asked) and {@code status}
 * (what is known). Requests carry metadata and spec only; whatever a caller sends as status is ignored. Sizes are in the
 * units their names end in (MiB, GiB), times are UTC instants, identifiers are UUIDv7.
 */
@NullMarked
package io.yunqing.api;

import org.jspecify.annotations.NullMarked;
