package io.yunqing.api.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.UUID;

/**
 * A repository of backups as a host reaches it.
 *
 * @param id by which its place is marked, so that a directory in which nothing is mounted is not taken for it
 * @param url {@code file:///FOLDER}
 * @param used whether there are backups in it, so that it is marked already
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RepositoryPlace(UUID id, String name, String url, boolean used) {}
