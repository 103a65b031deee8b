package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The nouns of the REST interface, their singular, plural and the path they live under. */
public enum Kind {
    @JsonProperty("Department")
    DEPARTMENT("department", "departments"),
    @JsonProperty("Application")
    APPLICATION("application", "applications"),
    @JsonProperty("Tenant")
    TENANT("tenant", "tenants"),
    @JsonProperty("Flavor")
    FLAVOR("flavor", "flavors"),
    @JsonProperty("Image")
    IMAGE("image", "images"),
    @JsonProperty("Signer")
    SIGNER("signer", "signers"),
    @JsonProperty("Zone")
    ZONE("zone", "zones"),
    @JsonProperty("HostClass")
    HOST_CLASS("host-class", "host-classes"),
    @JsonProperty("Host")
    HOST("host", "hosts"),
    @JsonProperty("PlacementGroup")
    PLACEMENT_GROUP("placement-group", "placement-groups"),
    @JsonProperty("Network")
    NETWORK("network", "networks"),
    @JsonProperty("Instance")
    INSTANCE("instance", "instances"),
    @JsonProperty("Pool")
    POOL("pool", "pools"),
    @JsonProperty("Tier")
    TIER("tier", "tiers"),
    @JsonProperty("Volume")
    VOLUME("volume", "volumes"),
    @JsonProperty("Repository")
    REPOSITORY("repository", "repositories"),
    @JsonProperty("Backup")
    BACKUP("backup", "backups"),
    @JsonProperty("Wipe")
    WIPE("wipe", "wipes"),
    @JsonProperty("Fence")
    FENCE("fence", "fences"),
    @JsonProperty("Orphan")
    ORPHAN("orphan", "orphans");

    private final String singular;
    private final String plural;

    Kind(String singular, String plural) {
        this.singular = singular;
        this.plural = plural;
    }

    public String singular() {
        return singular;
    }

    public String plural() {
        return plural;
    }

    /** The name as it stands in a manifest's {@code kind}: {@code Department}, {@code HostClass}. */
    public String wireName() {
        return Arrays.stream(singular.split("-"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** Whether names of this kind are unique within a tenant only, so that paths start with {@code /tenants/{t}}. */
    public boolean inTenant() {
        return this == INSTANCE
                || this == VOLUME
                || this == PLACEMENT_GROUP
                || this == NETWORK
                || this == BACKUP;
    }

    /** Whether people make them; others are found. */
    public boolean made() {
        return this != ORPHAN && !isRecord();
    }

    /** Whether they are records, which nobody changes or deletes. */
    public boolean isRecord() {
        return this == WIPE || this == FENCE;
    }

    public static Optional<Kind> ofWireName(String wireName) {
        return Arrays.stream(values()).filter(k -> k.wireName().equals(wireName)).findFirst();
    }
}
