/**
 * What instances leave in a pool's directory: {@code images/SHA256.qcow2}, fetched once and checked, and {@code instances/ID/} with
 * the disk (an overlay on the image), the seed and the console log; and their tenants' volumes, {@code volumes/ID.qcow2}.
 *
 * <p>Must stay true: a file with its final name is whole and on disk; what guests see in an image never changes; a disk that exists is
 * never made anew; a volume goes with none of its instances.
 */
@NullMarked
package io.yunqing.agent.storage;

import org.jspecify.annotations.NullMarked;
