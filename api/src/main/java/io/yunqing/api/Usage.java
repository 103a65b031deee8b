package io.yunqing.api;

/** What of a resource may be promised ({@code limit}) and what is promised ({@code used}). */
public record Usage(long limit, long used) {}
