/**
 * The domain XML: one readable template, {@code domain/domain.xml}, with golden files in the tests, the metadata element
 * by which a domain is known as ours, and what is read of a definition.
 */
@NullMarked
package io.yunqing.agent.domain;

import org.jspecify.annotations.NullMarked;
