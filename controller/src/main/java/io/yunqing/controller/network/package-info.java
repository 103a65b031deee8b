/** Addresses that instances get on their host's subnet. */
package io.yunqing.controller.network;
