/**
 * Instances: flavors, admission, and where an instance is on its way.
 *
 * <p>Admission decides in the request's transaction: quota, host, allocation, instance, event. The phase is never stored;
 * {@link io.yunqing.controller.compute.InstanceLifecycle} computes it from what is desired and what the host last reported.
 */
package io.yunqing.controller.compute;
