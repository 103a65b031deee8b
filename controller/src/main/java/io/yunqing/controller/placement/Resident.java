package io.yunqing.controller.placement;

import java.util.UUID;

/**
 * Who has a host now, and what to ask for if it loses it.
 *
 * @param request its groups' members include itself
 */
public record Resident(UUID id, UUID host, Request request) {}
