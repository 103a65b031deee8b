/**
 * The hosts: joining, what their agents last said of them, what they can promise.
 *
 * <p>A host's state is computed from the age of its last report. Silence makes it late, then unreachable; it never frees what
 * runs there.
 */
package io.yunqing.controller.fleet;
