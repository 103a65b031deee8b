/**
 * The host's ends of tenants' networks: for each a bridge, a VXLAN to the other hosts in it, and the filter between them and the
 * guests.
 *
 * <p>Flow: {@link io.yunqing.agent.network.HostNetworks} looks at what there is and makes it what is wanted; {@link
 * io.yunqing.agent.network.LinkPlan} and {@link io.yunqing.agent.network.Ruleset} say, purely, what that is.
 *
 * <p>Must stay true: all of it is computed anew from what is desired, never patched; the filter changes in one transaction; only
 * what carries our names is touched; and what is not known to the filter is dropped.
 */
@NullMarked
package io.yunqing.agent.network;

import org.jspecify.annotations.NullMarked;
