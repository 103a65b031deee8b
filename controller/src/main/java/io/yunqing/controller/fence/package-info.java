/**
 * Proofs that what may be started on another host does not run on a silent one. Silence itself proves nothing; a lease that is over on
 * a host that ends such instances by itself does, and so does the word of two people. Nothing is given to another host without one.
 */
package io.yunqing.controller.fence;
