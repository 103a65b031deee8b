/**
 * A host that exists in memory only, behind the same seam as libvirt: for tests that blind and break it, and for fleets of
 * thousands in one process.
 *
 * <p>Must stay true: what the seam promises holds here as it does for libvirt; the same test asks both.
 */
@NullMarked
package io.yunqing.agent.simulated;

import org.jspecify.annotations.NullMarked;
