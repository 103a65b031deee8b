/**
 * Networks of tenants: what they are, and which hosts have to know.
 *
 * <p>A host is told of each network that its instances are in: the other hosts in it, its rules, and its own instances there.
 * Whatever changes one of these moves the counters of all hosts concerned on in the same transaction, and has locked the network
 * before it looked who is in it; so nobody can come or go unnoticed between.
 */
package io.yunqing.controller.network;
