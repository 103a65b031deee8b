/**
 * {@code ./dev torture --real}: real guests on real hosts are asked for many things while everything below is killed.
 *
 * <p>Flow: {@link io.yunqing.examples.chaos.Owner}s ask for one thing after the other and note what they were promised;
 * {@link io.yunqing.examples.chaos.Killer} kills agents, libvirt daemons, the controller and PostgreSQL meanwhile;
 * {@link io.yunqing.examples.chaos.Audit} compares what hosts and books then hold with the notes.
 *
 * <p>Must stay true: what is compared is what libvirt and the disks hold, never only what the controller says of them.
 */
@NullMarked
package io.yunqing.examples.chaos;

import org.jspecify.annotations.NullMarked;
