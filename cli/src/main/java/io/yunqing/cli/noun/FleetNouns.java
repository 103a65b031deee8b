package io.yunqing.cli.noun;

import static io.yunqing.cli.noun.Column.age;
import static io.yunqing.cli.noun.Column.first;
import static io.yunqing.cli.noun.Column.joined;
import static io.yunqing.cli.noun.Column.mebibytes;
import static io.yunqing.cli.noun.Column.number;
import static io.yunqing.cli.noun.Column.parts;
import static io.yunqing.cli.noun.Column.size;
import static io.yunqing.cli.noun.Column.state;
import static io.yunqing.cli.noun.Column.text;
import static io.yunqing.cli.noun.Column.texts;
import static io.yunqing.cli.noun.Column.used;
import static io.yunqing.cli.noun.Nouns.created;
import static io.yunqing.cli.noun.Nouns.displayName;
import static io.yunqing.cli.noun.Nouns.displayNameField;
import static io.yunqing.cli.noun.Nouns.labels;
import static io.yunqing.cli.noun.Nouns.name;

import io.yunqing.api.Kind;
import io.yunqing.api.TierSpec;
import java.util.List;

/** The nouns of what capacity comes from. */
final class FleetNouns {
    private FleetNouns() {}

    static Noun zone() {
        return new Noun(
                Kind.ZONE,
                "A failure domain with its own power and network",
                List.of(
                        name(),
                        displayName(),
                        number("hosts", "status.hosts"),
                        mebibytes("promised", "status.storage.promisedMiB"),
                        mebibytes("written", "status.storage.writtenMiB"),
                        mebibytes("free", "status.storage.freeMiB"),
                        mebibytes("pools", "status.storage.sizeMiB"),
                        number("unknown-hosts", "status.storage.unknownHosts"),
                        text("cpu-model", "spec.cpuModel"),
                        texts("cpu-models", "status.cpuModels").onlyWide(),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        displayNameField(),
                        Field.text(
                                "cpuModel",
                                "--cpu-model",
                                "Which processor its guests see, by libvirt's name; their hosts' own when absent")),
                "site-a --display-name 一号机房 --cpu-model Westmere");
    }

    static Noun hostClass() {
        return new Noun(
                Kind.HOST_CLASS,
                "Hosts that promise their capacity by the same terms",
                List.of(
                        name(),
                        displayName(),
                        number("hosts", "status.hosts"),
                        parts("ratio", "status.inForce.resources", "ratio"),
                        parts("reserved", "status.inForce.resources", "reserved"),
                        text("since", "status.inForce.from"),
                        text("next", "status.next"),
                        joined("terms", "spec.terms", "from").onlyWide(),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        displayNameField(),
                        Field.of(
                                        Field.Type.TERMS,
                                        "terms",
                                        "--term",
                                        "How much may be promised from a moment on, such as"
                                                + " vcpus.ratio=4,memoryMiB.reserved=4096@2026-12-01T00:00:00Z")
                                .between(0, 1_000_000_000_000L)
                                .mustBe()),
                "dense --display-name 高密度 --term vcpus.ratio=2,memoryMiB.reserved=4096\n"
                        + "--term vcpus.ratio=4,memoryMiB.reserved=4096@2026-12-01T00:00:00Z");
    }

    static Noun host() {
        return new Noun(
                Kind.HOST,
                "A hypervisor server, with one agent",
                List.of(
                        name(),
                        text("zone", "spec.zone"),
                        state("state", "status.state"),
                        age("observed", "status.observedAt"),
                        used("vcpus", "status.capacity.vcpus.used", "status.capacity.vcpus.limit"),
                        used(
                                "memory-mib",
                                "status.capacity.memoryMiB.used",
                                "status.capacity.memoryMiB.limit"),
                        used(
                                "storage-gib",
                                "status.capacity.storageGiB.used",
                                "status.capacity.storageGiB.limit"),
                        number("instances", "status.instances"),
                        text("class", "status.hostClass").onlyWide(),
                        parts("physical", "status.capacity", "physical").onlyWide(),
                        parts("reserved", "status.capacity", "reserved").onlyWide(),
                        parts("ratio", "status.capacity", "ratio").onlyWide(),
                        pool(mebibytes("promised", "promisedMiB")),
                        pool(mebibytes("written", "writtenMiB")),
                        pool(mebibytes("free", "freeMiB")),
                        pool(mebibytes("pool", "sizeMiB")),
                        pool(age("measured", "measuredAt")),
                        text("rack", "spec.rack").onlyWide(),
                        text("schedulable", "spec.schedulable").onlyWide(),
                        text("accelerator", "status.inventory.accelerator").onlyWide(),
                        text("hypervisor", "status.inventory.hypervisor").onlyWide(),
                        text("agent", "status.inventory.agentVersion").onlyWide(),
                        joined("unknown-domains", "status.unknownDomains", "name").onlyWide(),
                        labels(),
                        created().onlyWide()),
                List.of(
                        new Filter("zone", "Only hosts of this zone"),
                        new Filter("rack", "Only hosts of racks of this name"),
                        new Filter("class", "Only hosts of this class"),
                        new Filter(
                                "schedulable",
                                "true or false: only hosts that instances may come to, or may not"),
                        new Filter(
                                "state",
                                "Only hosts in this state: INVITED, CURRENT, LATE, UNREACHABLE, FENCED")),
                List.of(
                        Field.text("zone", "--zone", "The failure domain it stands in").mustBe(),
                        Field.text("rack", "--rack", "The rack, a failure domain in its zone"),
                        Field.of(
                                Field.Type.TEXTS,
                                "traits",
                                "--trait",
                                "What it can do or is kept for; flavors ask for it"),
                        Field.text("tenant", "--only-tenant", "The only tenant that may use it"),
                        Field.of(
                                Field.Type.BOOL,
                                "schedulable",
                                "--schedulable",
                                "Whether new instances may come to it"),
                        Field.text(
                                "hostClass",
                                "--class",
                                "By whose terms it promises what it has; standard when absent"),
                        Field.of(
                                Field.Type.DECIMALS_BY_KEY,
                                "overcommit",
                                "--overcommit",
                                "How many times a resource may be promised, whatever its class says"),
                        Field.of(
                                        Field.Type.WHOLES_BY_KEY,
                                        "reserved",
                                        "--reserved",
                                        "What is kept back for the host itself, whatever its class says")
                                .between(0, 1_000_000_000_000L),
                        Field.text(
                                "bmc",
                                "--bmc",
                                "The Redfish resource of its machine, by which it is switched off when it is lost")),
                "rack1-07 --zone site-a --class dense --reserved memoryMiB=8192");
    }

    /** Of the pool that disks are in. Beside an age, as what a host said long ago is not what is. */
    private static Column pool(Column column) {
        return first("status.pools", column).onlyWide();
    }

    static Noun orphan() {
        return new Noun(
                Kind.ORPHAN,
                "Something on a host that belongs to nothing in the books",
                List.of(
                        name(),
                        text("host", "status.host"),
                        text("type", "status.type"),
                        text("title", "status.title"),
                        state("phase", "status.phase"),
                        text("domain", "status.domainState"),
                        size("size", "status.sizeBytes"),
                        age("modified", "status.modifiedAt"),
                        age("found", "metadata.created"),
                        age("observed", "status.observedAt").onlyWide(),
                        text("zone", "status.zone").onlyWide(),
                        text("place", "status.place").onlyWide(),
                        labels()),
                List.of(
                        new Filter("host", "Only orphans on this host"),
                        new Filter("zone", "Only orphans in this zone"),
                        new Filter(
                                "type",
                                "Only orphans of this type: DOMAIN, INSTANCE_FILES, VOLUME, FILE"),
                        new Filter("quarantined", "Only what was put aside (true) or not (false)")),
                List.of(
                        Field.of(
                                        Field.Type.BOOL,
                                        "quarantined",
                                        "--quarantined",
                                        "Whether it is to be put aside, or back to where it was")
                                .mustBe()),
                "0d1f8a5c3b7e");
    }

    static Noun repository() {
        return new Noun(
                Kind.REPOSITORY,
                "Where backups are kept: storage that all hosts reach",
                List.of(
                        name(),
                        text("url", "spec.url"),
                        text("bucket", "spec.bucket"),
                        text("prefix", "spec.prefix").onlyWide(),
                        number("backups", "status.backups"),
                        number("bytes", "status.bytes"),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        Field.text(
                                        "url",
                                        "--url",
                                        "file:// and a directory that all hosts reach under this path, or https://HOST:PORT of an S3-compatible store")
                                .mustBe(),
                        Field.text("bucket", "--bucket", "The store's bucket, there already"),
                        Field.text(
                                "prefix",
                                "--prefix",
                                "With what all names in the bucket begin; nothing when absent"),
                        Field.text(
                                "region", "--region", "The store's region; us-east-1 when absent"),
                        Field.of(
                                Field.Type.BOOL,
                                "pathStyle",
                                "--path-style",
                                "Whether the bucket is in the path of URLs, not in their host; true when absent")),
                "vault --url file:///srv/yunqing-backups");
    }

    static Noun pool() {
        return new Noun(
                Kind.POOL,
                "Where hosts keep volumes beside the pool of their own; a tier names it",
                List.of(
                        name(),
                        displayName(),
                        text("url", "spec.url"),
                        text("zone", "spec.zone"),
                        text("shared", "spec.shared").onlyWide(),
                        number("seen-by", "status.seenBy"),
                        number("hosts", "status.hosts"),
                        number("volumes", "status.volumes"),
                        number("promised-mib", "status.promisedMiB"),
                        number("written-mib", "status.writtenMiB").onlyWide(),
                        number("free-mib", "status.freeMiB"),
                        number("size-mib", "status.sizeMiB"),
                        labels(),
                        created()),
                List.of(new Filter("zone", "Only pools that hosts of this zone have")),
                List.of(
                        displayNameField(),
                        Field.text(
                                        "url",
                                        "--url",
                                        "file:// and a directory of its hosts, nfs://SERVER/EXPORT, lvm://GROUP/THINPOOL or rbd://MONITOR[,MONITOR...]/POOL; never changes")
                                .mustBe(),
                        Field.of(
                                Field.Type.BOOL,
                                "shared",
                                "--shared",
                                "Whether all its hosts see the same, to be said of a directory only; false when absent"),
                        Field.text(
                                "zone",
                                "--zone",
                                "Whose hosts have it; those of all zones when absent"),
                        Field.of(
                                Field.Type.DECIMAL,
                                "overcommit",
                                "--overcommit",
                                "How many times what is free in it may be promised; once when absent")),
                "san --url file:///srv/san --shared --zone east");
    }

    static Noun tier() {
        return new Noun(
                Kind.TIER,
                "What is promised of volumes beside their size",
                List.of(
                        name(),
                        displayName(),
                        number("read-iops", "spec.readIops"),
                        number("write-iops", "spec.writeIops"),
                        number("read-mibps", "spec.readMiBps"),
                        number("write-mibps", "spec.writeMiBps"),
                        text("wipe", "spec.wipe"),
                        text("pool", "spec.pool"),
                        number("volumes", "status.volumes"),
                        number("allocated-gib", "status.allocatedGiB"),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        displayNameField(),
                        limit(
                                "readIops",
                                "--read-iops",
                                TierSpec.MOST_IOPS,
                                "How many reads each volume's guest may do a second; without limit when absent"),
                        limit("writeIops", "--write-iops", TierSpec.MOST_IOPS, "How many writes"),
                        limit(
                                "readMiBps",
                                "--read-mibps",
                                TierSpec.MOST_MIBPS,
                                "How many MiB it may read a second"),
                        limit(
                                "writeMiBps",
                                "--write-mibps",
                                TierSpec.MOST_MIBPS,
                                "How many MiB it may write a second"),
                        Field.choice(
                                "wipe",
                                "--wipe",
                                "What becomes of what is on a volume that is deleted; NONE when absent",
                                "NONE",
                                "ZERO"),
                        Field.text(
                                "pool",
                                "--pool",
                                "In which pool its volumes are kept; in their hosts' own when absent. It never changes")),
                "bulk --display-name 容量型 --read-iops 500 --write-iops 500 --write-mibps 60");
    }

    static Noun wipe() {
        return new Noun(
                Kind.WIPE,
                "The record of a volume that was overwritten when it was deleted",
                List.of(
                        name(),
                        text("tenant", "spec.tenant"),
                        text("volume", "spec.volume"),
                        text("host", "status.host"),
                        state("phase", "status.phase"),
                        number("size-gib", "status.sizeGiB"),
                        number("overwritten", "status.bytes"),
                        age("finished", "status.finishedAt"),
                        age("removed", "status.removedAt").onlyWide(),
                        text("sample-sha256", "status.sampleSha256").onlyWide(),
                        labels(),
                        created().onlyWide()),
                List.of(
                        new Filter("tenant", "Only of volumes of this tenant"),
                        new Filter("volume", "Only of volumes that were called so"),
                        new Filter("host", "Only of volumes on this host")),
                List.of(
                        Field.text("tenant", "--tenant", "Whose volume it was").mustBe(),
                        Field.text("volume", "--volume", "How the volume was called").mustBe(),
                        Field.choice("method", "--method", "How it was overwritten", "NONE", "ZERO")
                                .mustBe()),
                "456789abcdef01234567");
    }

    static Noun fence() {
        return new Noun(
                Kind.FENCE,
                "The proof by which instances of a silent host were started on others, and what came of it",
                List.of(
                        name(),
                        text("host", "spec.host"),
                        text("proof", "spec.proof"),
                        state("phase", "status.phase"),
                        number("restarted", "status.restarted"),
                        joined("waiting", "status.waiting", "instance"),
                        age("last-heard", "status.evidence.lastHeard"),
                        age("returned", "status.returnedAt"),
                        number("silent-seconds", "status.evidence.silentSeconds").onlyWide(),
                        text("declared-by", "status.evidence.declaredBy").onlyWide(),
                        text("agreed-by", "status.evidence.agreedBy").onlyWide(),
                        text("reason", "status.evidence.reason").onlyWide(),
                        labels(),
                        created()),
                List.of(
                        new Filter("host", "Only of this host"),
                        new Filter("proof", "Only LEASE, POWER or DECLARATION")),
                List.of(
                        Field.text("host", "--host", "Which host").mustBe(),
                        Field.choice(
                                        "proof",
                                        "--proof",
                                        "How it is known",
                                        "LEASE",
                                        "POWER",
                                        "DECLARATION")
                                .mustBe()),
                "456789abcdef01234567");
    }

    private static Field limit(String name, String flag, int most, String description) {
        return Field.whole(name, flag, 1, most, description);
    }
}
