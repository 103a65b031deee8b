package io.yunqing.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Optional;

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
    @JsonProperty("Zone")
    ZONE("zone", "zones"),
    @JsonProperty("Host")
    HOST("host", "hosts"),
    @JsonProperty("PlacementGroup")
    PLACEMENT_GROUP("placement-group", "placement-groups"),
    @JsonProperty("Instance")
    INSTANCE("instance", "instances");

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

    /** The name as it stands in a manifest's {@code kind}: {@code PlacementGroup}. */
    public String wireName() {
        StringBuilder name = new StringBuilder();
        for (String word : singular.split("-")) {
            name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
        }
        return name.toString();
    }

    /** Whether names of this kind are unique within a tenant only, so that paths start with {@code /tenants/{t}}. */
    public boolean inTenant() {
        return this == INSTANCE || this == PLACEMENT_GROUP;
    }

    public static Optional<Kind> ofWireName(String wireName) {
        return Arrays.stream(values()).filter(k -> k.wireName().equals(wireName)).findFirst();
    }
}
