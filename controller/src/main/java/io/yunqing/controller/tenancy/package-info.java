/** Who owns what: the tree of departments, their applications, and the tenants in which applications run. */
package io.yunqing.controller.tenancy;
