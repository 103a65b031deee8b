package io.yunqing.agent.sync;

import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.VolumeDesired;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What this host should be, as last heard. A lower epoch than one already heard never replaces it: that is an answer
 * from before the instance was placed anew.
 */
final class Levels {

    /** What hearing the controller changed: what is to be looked at, and what was refused. */
    record Change(Set<UUID> instances, Set<UUID> volumes, List<String> refused) {}

    private final Map<UUID, InstanceDesired> instances = new LinkedHashMap<>();
    private final Map<UUID, VolumeDesired> volumes = new LinkedHashMap<>();
    private long revision;
    private boolean whole;

    Change hear(HostDesired news) {
        var refused = new ArrayList<String>();
        var changed = new HashSet<UUID>();
        var named = new HashSet<UUID>();
        for (InstanceDesired instance : news.instances()) {
            named.add(instance.id());
            var known = instances.get(instance.id());
            if (known != null && known.epoch() > instance.epoch()) {
                refused.add(
                        "instance %s: epoch %d is below epoch %d heard before; the later one stays"
                                .formatted(instance.id(), instance.epoch(), known.epoch()));
            } else if (!instance.equals(known)) {
                instances.put(instance.id(), instance);
                changed.add(instance.id());
            }
        }
        if (news.complete()) {
            instances.keySet().retainAll(named);
            whole = true;
        }
        revision = news.revision();
        return new Change(changed, hearOfVolumes(news), refused);
    }

    private Set<UUID> hearOfVolumes(HostDesired news) {
        var changed = new HashSet<UUID>();
        var named = new HashSet<UUID>();
        for (VolumeDesired volume : news.volumesOrNone()) {
            named.add(volume.id());
            if (!volume.equals(volumes.put(volume.id(), volume))) {
                changed.add(volume.id());
            }
        }
        if (news.complete() && news.volumes() != null) {
            volumes.keySet().retainAll(named);
        }
        return changed;
    }

    /** Whether this is still wished, to the letter. */
    boolean asks(InstanceDesired wish) {
        return wish.equals(instances.get(wish.id()));
    }

    /** A tombstone whose confirmation the controller has taken is done with. */
    void forget(UUID id) {
        instances.remove(id);
    }

    /** Likewise, of a volume. */
    void forgetVolume(UUID id) {
        volumes.remove(id);
    }

    Collection<InstanceDesired> instances() {
        return Collections.unmodifiableCollection(instances.values());
    }

    Collection<VolumeDesired> volumes() {
        return Collections.unmodifiableCollection(volumes.values());
    }

    @Nullable VolumeDesired volume(UUID id) {
        return volumes.get(id);
    }

    boolean names(UUID id) {
        return instances.containsKey(id);
    }

    long revision() {
        return revision;
    }

    /** Whether a complete list was ever heard, so that what it does not name is known to be nobody's. */
    boolean whole() {
        return whole;
    }

    HostDesired snapshot() {
        return new HostDesired(
                revision, whole, List.copyOf(instances.values()), List.copyOf(volumes.values()));
    }
}
