/**
 * The ordered feed of changes: what watches and histories read.
 *
 * <p>{@link io.yunqing.controller.feed.Journal} writes an event in the transaction of each change. Readers see events in the
 * order (transaction, sequence) and only once no older transaction is still running, so that a cursor never skips an event
 * that commits late.
 */
package io.yunqing.controller.feed;
