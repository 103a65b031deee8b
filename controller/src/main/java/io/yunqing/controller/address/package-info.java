/** Addresses that instances get, on their host's subnet or in a network of their tenant. */
package io.yunqing.controller.address;
