package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What is known of a signer.
 *
 * @param images how many carry its signature
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SignerStatus(int images) {}
