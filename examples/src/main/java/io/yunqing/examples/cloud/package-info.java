/**
 * A whole cloud on one machine, made of the packaged programs as processes: what the end-to-end tests and the benchmarks
 * run against.
 *
 * <p>Flow: {@link io.yunqing.examples.cloud.Cloud} starts hosts ({@link io.yunqing.examples.cloud.Testbed}), a
 * controller and an agent for each host ({@link io.yunqing.examples.cloud.Program}) on free ports with data of their
 * own; callers speak to it as everybody else does, through {@link io.yunqing.examples.cloud.Yqctl} and {@link
 * io.yunqing.examples.cloud.Rest}, and look behind it with virsh.
 *
 * <p>Must stay true: everything that was started ends with this JVM, however it ends; nothing here knows the inside of
 * a program; every wait has a deadline and says what it waited for.
 */
@NullMarked
package io.yunqing.examples.cloud;

import org.jspecify.annotations.NullMarked;
