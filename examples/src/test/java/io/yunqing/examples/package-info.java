/** The whole of Yunqing at work: packaged programs, real libvirt, real guests. */
@NullMarked
package io.yunqing.examples;

import org.jspecify.annotations.NullMarked;
