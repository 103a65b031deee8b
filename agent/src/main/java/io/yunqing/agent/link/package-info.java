/**
 * The connection to the controller: enrol once, then watch what is desired and report what is, over mutual TLS.
 *
 * <p>Five loops, each on a thread of its own: {@link io.yunqing.agent.link.Watch}, {@link
 * io.yunqing.agent.link.Reporter}, {@link io.yunqing.agent.link.Renewal}, {@link io.yunqing.agent.link.Consoles} and
 * {@link io.yunqing.agent.link.Statistics}.
 *
 * <p>Must stay true: whatever the other side answers, or does not, a loop goes on, more slowly, and no domain is changed
 * because of it; a failure is logged when its kind changes, not each time; the report touches neither libvirt nor disk.
 */
@NullMarked
package io.yunqing.agent.link;

import org.jspecify.annotations.NullMarked;
