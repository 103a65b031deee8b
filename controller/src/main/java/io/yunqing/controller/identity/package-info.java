/**
 * Who calls: every request below {@code /v1} carries a bearer token. There is one so far, the operator's, written to the
 * controller's data directory at its first start.
 */
package io.yunqing.controller.identity;
