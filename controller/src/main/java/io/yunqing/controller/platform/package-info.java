/**
 * What every domain needs: the mechanics of a resource over REST (paging, ETags, idempotency, plans), problems, ids,
 * wake-ups.
 *
 * <p>Flow of a mutation: a domain's REST class hands the body and the {@link io.yunqing.controller.platform.Call} to {@link
 * io.yunqing.controller.platform.Resources}, which opens the transaction, asks the domain's {@link
 * io.yunqing.controller.platform.Noun} to apply its rules, announces a {@link io.yunqing.controller.platform.Change} inside
 * that transaction and answers. A plan is the same transaction, rolled back.
 *
 * <p>Nothing outside this package reads the clock or draws a random number.
 */
package io.yunqing.controller.platform;
