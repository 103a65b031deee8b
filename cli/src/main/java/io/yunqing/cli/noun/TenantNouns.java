package io.yunqing.cli.noun;

import static io.yunqing.cli.noun.Column.age;
import static io.yunqing.cli.noun.Column.joined;
import static io.yunqing.cli.noun.Column.number;
import static io.yunqing.cli.noun.Column.pairs;
import static io.yunqing.cli.noun.Column.state;
import static io.yunqing.cli.noun.Column.texts;
import static io.yunqing.cli.noun.Nouns.created;
import static io.yunqing.cli.noun.Nouns.labels;
import static io.yunqing.cli.noun.Nouns.name;
import static io.yunqing.cli.noun.Nouns.text;

import io.yunqing.api.InstanceSet;
import io.yunqing.api.InstanceSpec;
import io.yunqing.api.Kind;
import io.yunqing.api.VolumeSpec;
import java.util.List;

/** The nouns that live in a tenant. */
public final class TenantNouns {
    private TenantNouns() {}

    /** How many instances to create at once; no field of an instance. */
    public static Field count() {
        return Field.whole(
                "count",
                "--count",
                1,
                InstanceSet.MOST,
                "Create so many, NAME-1 to NAME-N: all or none");
    }

    /** What volumes an instance comes with; no field of it, as they outlive it. */
    public static Field volumes() {
        return Field.of(
                        Field.Type.WHOLES_BY_KEY,
                        "volumes",
                        "--volume",
                        "Comes with a volume NAME-KEY of so many GiB: all or none")
                .between(1, VolumeSpec.LARGEST);
    }

    static Noun placementGroup() {
        return new Noun(
                Kind.PLACEMENT_GROUP,
                "Instances of a tenant that are placed with regard to each other",
                List.of(
                        text("tenant", "metadata.tenant"),
                        name(),
                        text("policy", "spec.policy"),
                        text("scope", "spec.scope"),
                        text("strict", "spec.strict"),
                        number("members", "status.members"),
                        number("domains", "status.domains"),
                        joined("conditions", "status.conditions", "type").onlyWide(),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        Field.choice(
                                        "policy",
                                        "--policy",
                                        "How its members stand to each other",
                                        "TOGETHER",
                                        "APART",
                                        "SPREAD")
                                .mustBe(),
                        Field.choice(
                                        "scope",
                                        "--scope",
                                        "What they share, or do not",
                                        "HOST",
                                        "RACK",
                                        "ZONE")
                                .mustBe(),
                        Field.of(
                                Field.Type.BOOL,
                                "strict",
                                "--strict",
                                "Whether to refuse rather than to place against the policy; true when absent, but SPREAD"
                                        + " is a wish")),
                "database --tenant reg-prod --policy apart --scope rack");
    }

    static Noun network() {
        return new Noun(
                Kind.NETWORK,
                "An isolated network of a tenant, over all hosts of its instances",
                List.of(
                        text("tenant", "metadata.tenant"),
                        name(),
                        text("cidr", "spec.cidr"),
                        text("gateway", "spec.gateway"),
                        number("vni", "status.vni"),
                        number("instances", "status.instances"),
                        number("free", "status.free"),
                        texts("hosts", "status.hosts").onlyWide(),
                        text("gateway-underlay", "spec.gatewayUnderlay").onlyWide(),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        Field.text("cidr", "--cidr", "Its IPv4 addresses, /16 to /28").mustBe(),
                        Field.text(
                                "gateway",
                                "--gateway",
                                "The address of its default route; no way out when absent"),
                        Field.text(
                                "gatewayUnderlay",
                                "--gateway-underlay",
                                "By which hosts reach the gateway"),
                        Field.of(
                                        Field.Type.RULES,
                                        "rules",
                                        "--rule",
                                        "What may come in, such as tcp:443@0.0.0.0/0; from the network itself"
                                                + " without @SOURCE")
                                .choosing("TCP", "UDP", "ICMP", "ANY")),
                "lan --tenant reg-prod --cidr 10.0.0.0/24 --rule any --rule tcp:443@10.1.0.0/16");
    }

    static Noun instance() {
        return new Noun(
                Kind.INSTANCE,
                "A virtual machine of a tenant",
                List.of(
                        text("tenant", "metadata.tenant"),
                        name(),
                        state("phase", "status.phase"),
                        text("host", "status.host"),
                        joined("addresses", "status.addresses", "ip"),
                        text("flavor", "spec.flavor"),
                        age("observed", "status.observedAt"),
                        text("image", "spec.image").onlyWide(),
                        text("zone", "status.zone").onlyWide(),
                        text("group", "spec.group").onlyWide(),
                        text("network", "spec.network").onlyWide(),
                        text("power", "spec.power").onlyWide(),
                        texts("volumes", "status.volumes").onlyWide(),
                        pairs("allocated", "status.allocated").onlyWide(),
                        text("id", "metadata.id").onlyWide(),
                        labels(),
                        created()),
                List.of(
                        new Filter("host", "Only instances on this host"),
                        new Filter("zone", "Only instances in this zone"),
                        new Filter("group", "Only members of this placement group"),
                        new Filter("network", "Only instances in a network of this name"),
                        new Filter("phase", "Only instances in this phase, such as RUNNING"),
                        new Filter("flavor", "Only instances of this flavor"),
                        new Filter("image", "Only instances made from this image")),
                List.of(
                        Field.text("flavor", "--flavor", "Its size").mustBe(),
                        Field.text("image", "--image", "What its root disk starts as")
                                .mustBe()
                                .forGood(),
                        Field.text("zone", "--zone", "Where it must be; anywhere when absent")
                                .forGood(),
                        Field.text("group", "--group", "The placement group it belongs to")
                                .forGood(),
                        Field.text(
                                        "network",
                                        "--network",
                                        "The tenant's network it is attached to; its host's own when absent")
                                .forGood(),
                        Field.choice(
                                "power",
                                "--power",
                                "What its power should be; RUNNING when absent",
                                "RUNNING",
                                "STOPPED",
                                "OFF",
                                "PAUSED"),
                        Field.whole(
                                "boot",
                                "--boot",
                                0,
                                InstanceSpec.MOST_BOOTS,
                                "How many times it was to be started anew; one more starts it anew"),
                        Field.of(
                                Field.Type.BOOL,
                                "forcedBoot",
                                "--forced-boot",
                                "Whether its power is taken away for that; false when absent"),
                        Field.whole(
                                "rebuild",
                                "--rebuild",
                                0,
                                InstanceSpec.MOST_BOOTS,
                                "With which boot its root disk was last to be made anew"),
                        deletionProtection(),
                        Field.of(
                                Field.Type.TEXTS,
                                "sshKeys",
                                "--ssh-key",
                                "An OpenSSH public key; read by the guest at its first start"),
                        Field.of(
                                Field.Type.FILE_TEXT,
                                "userData",
                                "--user-data",
                                "cloud-init user data, given to the guest as it is"),
                        Field.text(
                                "rescue",
                                "--rescue",
                                "An image it is started from, its root disk beside it; see 'yqctl instance rescue'"),
                        Field.whole(
                                "startOrder",
                                "--start-order",
                                0,
                                InstanceSpec.LAST_START,
                                "Behind which of its tenant's a host starts it: lower ones first; any when absent"),
                        Field.whole(
                                "startDelaySeconds",
                                "--start-delay-seconds",
                                0,
                                InstanceSpec.LONGEST_START_DELAY,
                                "For how long it has run before those behind it are started; 0 when absent"),
                        Field.choice(
                                "onHostLoss",
                                "--on-host-loss",
                                "Whether it is started on another host when its own is lost; RESTART when absent if its flavor has a tier",
                                "RESTART",
                                "STAY")),
                "web-1 --tenant reg-prod --flavor small --image debian-12\n"
                        + "--ssh-key @key.pub --volume data=20 --wait");
    }

    private static Field deletionProtection() {
        return Field.of(
                Field.Type.BOOL,
                "deletionProtection",
                "--deletion-protection",
                "Whether it cannot be deleted; false when absent");
    }

    static Noun volume() {
        return new Noun(
                Kind.VOLUME,
                "A disk of a tenant's that outlives the instance it is attached to",
                List.of(
                        text("tenant", "metadata.tenant"),
                        name(),
                        state("phase", "status.phase"),
                        text("instance", "spec.instance"),
                        number("size-gib", "spec.sizeGiB"),
                        text("host", "status.host"),
                        age("observed", "status.observedAt"),
                        text("tier", "spec.tier").onlyWide(),
                        text("pool", "status.pool").onlyWide(),
                        text("copy-of", "spec.copyOf").onlyWide(),
                        text("from-backup", "spec.fromBackup").onlyWide(),
                        text("snapshot", "spec.snapshot").onlyWide(),
                        text("serial", "status.serial").onlyWide(),
                        text("zone", "status.zone").onlyWide(),
                        text("id", "metadata.id").onlyWide(),
                        labels(),
                        created()),
                List.of(
                        new Filter("instance", "Only volumes attached to an instance of this name"),
                        new Filter("host", "Only volumes on this host"),
                        new Filter("zone", "Only volumes in this zone"),
                        new Filter("phase", "Only volumes in this phase, such as AVAILABLE"),
                        new Filter("tier", "Only volumes of this tier"),
                        new Filter("pool", "Only volumes in this pool"),
                        new Filter("of", "Only copies of a volume of this name"),
                        new Filter("snapshot", "Only snapshots (true) or other volumes (false)")),
                List.of(
                        Field.whole(
                                        "sizeGiB",
                                        "--size-gib",
                                        1,
                                        VolumeSpec.LARGEST,
                                        "Its size; can grow, also in use")
                                .mustBe(),
                        Field.text(
                                "instance",
                                "--instance",
                                "What it is attached to; a new one is made on its host"),
                        deletionProtection(),
                        Field.text(
                                "copyOf",
                                "--copy-of",
                                "The volume that a new one begins as a copy of, on the same host"),
                        Field.whole(
                                "restore",
                                "--restore",
                                0,
                                VolumeSpec.MOST_RESTORES,
                                "How often it was restored; one more replaces it by a copy of --copy-of"),
                        Field.of(
                                Field.Type.BOOL,
                                "snapshot",
                                "--snapshot",
                                "Whether it is only kept, never attached; false when absent"),
                        Field.text(
                                "fromBackup",
                                "--from-backup",
                                "The backup that a new one is made from, on any host"),
                        Field.text("tier", "--tier", "What is promised of it beside its size")),
                "web-1-logs --tenant reg-prod --instance web-1 --size-gib 20");
    }

    static Noun backup() {
        return new Noun(
                Kind.BACKUP,
                "What was on a volume at one moment, kept in a repository",
                List.of(
                        text("tenant", "metadata.tenant"),
                        name(),
                        state("phase", "status.phase"),
                        text("volume", "spec.volume"),
                        text("type", "status.type"),
                        number("bytes", "status.bytes"),
                        text("repository", "spec.repository"),
                        age("taken", "status.takenAt"),
                        text("base", "status.base").onlyWide(),
                        text("full-reason", "status.fullReason").onlyWide(),
                        number("size-gib", "status.sizeGiB").onlyWide(),
                        text("host", "status.host").onlyWide(),
                        text("sha256", "status.sha256").onlyWide(),
                        text("id", "metadata.id").onlyWide(),
                        labels(),
                        created()),
                List.of(
                        new Filter("volume", "Only backups of a volume of this name"),
                        new Filter("repository", "Only backups in this repository"),
                        new Filter("base", "Only backups that build on one of this name"),
                        new Filter("phase", "Only backups in this phase, such as AVAILABLE")),
                List.of(
                        Field.text("volume", "--volume", "What it is of").mustBe().forGood(),
                        Field.text("repository", "--repository", "Where it is kept")
                                .mustBe()
                                .forGood(),
                        Field.of(
                                        Field.Type.BOOL,
                                        "full",
                                        "--full",
                                        "Whether it builds on no other; false when absent")
                                .forGood(),
                        deletionProtection()),
                "web-1-logs-1 --tenant reg-prod --volume web-1-logs --repository vault");
    }
}
