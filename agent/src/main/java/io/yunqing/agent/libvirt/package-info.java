/**
 * libvirt behind the seam: libvirt-java, and through JNA what that binding lacks (the one class in {@code org.libvirt}
 * is there to reach its native handles).
 *
 * <p>Must stay true: libvirt is called on platform threads only, as it keeps its last error per thread; native handles
 * are freed by whoever got them; a broken connection and everything got through it is never used again.
 */
@NullMarked
package io.yunqing.agent.libvirt;

import org.jspecify.annotations.NullMarked;
