/** Disks of tenants that outlive the instances they are attached to. */
package io.yunqing.controller.volume;
