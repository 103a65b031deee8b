/**
 * Who calls: every request below {@code /v1} carries a bearer token. There are two so far, the operator's
 * and another one for a second person where two must agree, both written to the controller's data directory at its first start.
 */
package io.yunqing.controller.identity;
