package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Where hosts keep volumes beside the pool of their own that they keep instances in.
 *
 * @param url what it is: {@code file:///FOLDER}, a directory that is there on its hosts under the same path;
 *     {@code nfs://SERVER/EXPORT}, which each host mounts; {@code lvm://GROUP/THINPOOL}, a thin pool of each host's own volume group;
 *     {@code rbd://MONITOR[:PORT][,MONITOR…]/POOL}, a pool of a Ceph cluster. What is needed to be let in is on the hosts, and no part of
 *     this
 * @param shared whether all its hosts see the same, so that it is counted once and a volume can be attached on any of them; only of a
 *     directory to be said, where it is false when absent. NFS and Ceph are always shared, LVM never is
 * @param zone whose hosts have it; those of all zones when absent
 * @param overcommit how many times what is free in it may be promised; once when absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolSpec(
        @Nullable @Size(max = 200) String displayName,
        @NotNull
                @Size(max = 1000)
                @Pattern(
                        regexp = PoolSpec.URL,
                        message =
                                "give file:///FOLDER, nfs://SERVER/EXPORT, lvm://GROUP/THINPOOL or rbd://MONITOR[:PORT][,MONITOR...]/POOL, without a slash at its end")
                String url,
        @Nullable Boolean shared,
        @Nullable String zone,
        @Nullable @DecimalMin("0.1") @DecimalMax("100") BigDecimal overcommit) {

    /** What a URL of a pool matches. */
    public static final String URL =
            "file://(/[A-Za-z0-9_@+=,:~-][A-Za-z0-9._@+=,:~-]*)+"
                    + "|nfs://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(/[A-Za-z0-9_@+=,:~-][A-Za-z0-9._@+=,:~-]*)+"
                    + "|lvm://[A-Za-z0-9_+][A-Za-z0-9._+-]{0,126}/[A-Za-z0-9_+][A-Za-z0-9._+-]{0,126}"
                    + "|rbd://[A-Za-z0-9][A-Za-z0-9.-]*(:[1-9][0-9]{0,4})?(,[A-Za-z0-9][A-Za-z0-9.-]*(:[1-9][0-9]{0,4})?)*"
                    + "/[A-Za-z0-9_][A-Za-z0-9._-]{0,126}";

    /** What volumes of a pool are. */
    @JsonIgnore
    public PoolType type() {
        return PoolType.of(url);
    }

    /** Whether all its hosts see the same. */
    @JsonIgnore
    public boolean isShared() {
        return switch (type()) {
            case DIRECTORY -> Boolean.TRUE.equals(shared);
            case NFS, RBD -> true;
            case LVM -> false;
        };
    }
}
