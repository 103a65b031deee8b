package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What belongs to a zone.
 *
 * @param hosts how many hosts stand in it
 * @param cpuModels which processors each of its hosts can show to guests, by libvirt's names: what {@code spec.cpuModel} may be. Hosts
 *     whose agents have not said it yet are left out
 * @param storage what their pools come to
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ZoneStatus(int hosts, List<String> cpuModels, StorageSum storage) {}
