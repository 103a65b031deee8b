package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * How far a copy is.
 *
 * @param totalBytes 0 while that is not known
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BackupProgress(long doneBytes, long totalBytes) {}
