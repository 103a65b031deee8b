package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import io.yunqing.agent.hypervisor.ObservedPool;
import io.yunqing.api.agent.PoolPlace;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The volumes of one pool, and what can be done with them whatever keeps them. Every step may be repeated. */
public interface VolumePool extends VolumePaths {

    /** Guests that may have volumes open. */
    interface Guests {

        /**
         * Shows volumes as so large to the guests that have them.
         *
         * @param sizesGiB by the volumes' ids
         * @return which of them a guest has
         */
        Set<UUID> show(Map<UUID, Integer> sizesGiB) throws HypervisorFault;
    }

    /**
     * Looks at it.
     *
     * @param known which volumes to look for
     */
    ObservedPool look(PoolPlace pool, Set<UUID> known, Guests guests) throws HypervisorFault;

    /** Makes an empty volume, if there is none. */
    void make(UUID id, int sizeGiB) throws HypervisorFault;

    /** Makes a volume at least as large, also under a guest that has it. */
    void grow(UUID id, int sizeGiB, Guests guests) throws HypervisorFault;

    /** Deletes a volume for good; its not being there is the aim, not an error. */
    void erase(UUID id) throws HypervisorFault;
}
