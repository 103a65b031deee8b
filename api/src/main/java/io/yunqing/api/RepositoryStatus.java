package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What is known of a repository.
 *
 * @param backups how many are kept there, or are to be
 * @param bytes how much the finished ones take
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RepositoryStatus(int backups, long bytes) {}
