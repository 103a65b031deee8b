package io.yunqing.cli.noun;

import static io.yunqing.cli.noun.Column.age;
import static io.yunqing.cli.noun.Column.number;
import static io.yunqing.cli.noun.Column.pairs;
import static io.yunqing.cli.noun.Column.used;

import io.yunqing.api.Kind;
import java.util.List;
import java.util.Optional;

/** The table of all nouns. Each is made when it is asked for: a command needs one of them. */
public final class Nouns {
    private Nouns() {}

    public static Noun of(Kind kind) {
        return switch (kind) {
            case DEPARTMENT -> department();
            case APPLICATION -> application();
            case TENANT -> tenant();
            case FLAVOR -> flavor();
            case IMAGE -> image();
            case SIGNER -> signer();
            case ZONE -> FleetNouns.zone();
            case HOST_CLASS -> FleetNouns.hostClass();
            case HOST -> FleetNouns.host();
            case PLACEMENT_GROUP -> TenantNouns.placementGroup();
            case NETWORK -> TenantNouns.network();
            case INSTANCE -> TenantNouns.instance();
            case POOL -> FleetNouns.pool();
            case TIER -> FleetNouns.tier();
            case VOLUME -> TenantNouns.volume();
            case REPOSITORY -> FleetNouns.repository();
            case BACKUP -> TenantNouns.backup();
            case WIPE -> FleetNouns.wipe();
            case FENCE -> FleetNouns.fence();
            case ORPHAN -> FleetNouns.orphan();
        };
    }

    /** The kind a word on the command line means: {@code host} or {@code hosts}. */
    public static Optional<Kind> kindOf(String word) {
        for (Kind kind : Kind.values()) {
            if (kind.singular().equals(word) || kind.plural().equals(word)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private static Noun department() {
        return new Noun(
                Kind.DEPARTMENT,
                "A node in the tree of agencies; owns applications and quota",
                List.of(
                        name(),
                        displayName(),
                        text("parent", "spec.parent"),
                        number("applications", "status.applications"),
                        text("code", "spec.code").onlyWide(),
                        number("children", "status.children").onlyWide(),
                        text("path", "status.path").onlyWide(),
                        labels(),
                        created()),
                List.of(new Filter("parent", "Only departments directly below this one")),
                List.of(
                        displayNameField(),
                        Field.text("parent", "--parent", "The department above it"),
                        Field.text(
                                "code",
                                "--code",
                                "Organisation code or unified social credit code (GB 32100)"),
                        limits("The most that all below it may use together"),
                        grants()),
                "market-supervision --display-name 市场监督管理局 --parent city");
    }

    private static Noun application() {
        return new Noun(
                Kind.APPLICATION,
                "A departmental business system",
                List.of(
                        name(),
                        displayName(),
                        text("department", "spec.department"),
                        number("grade", "spec.securityGrade"),
                        text("network-zone", "spec.networkZone"),
                        number("tenants", "status.tenants"),
                        text("category", "spec.category").onlyWide(),
                        labels(),
                        created()),
                List.of(new Filter("department", "Only applications of this department")),
                List.of(
                        Field.text("department", "--department", "Its owner").mustBe(),
                        displayNameField(),
                        Field.text("category", "--category", "Free, such as licensing"),
                        Field.whole(
                                        "securityGrade",
                                        "--security-grade",
                                        1,
                                        3,
                                        "The MLPS (GB/T 22240) level")
                                .mustBe(),
                        Field.choice(
                                        "networkZone",
                                        "--network-zone",
                                        "Where its users come from",
                                        "INTERNAL",
                                        "EXTRANET",
                                        "INTERNET")
                                .mustBe()),
                "business-registration --department market-supervision --security-grade 3\n"
                        + "--network-zone INTERNET");
    }

    private static Field limits(String description) {
        return Field.of(Field.Type.WHOLES_BY_KEY, "limits", "--limit", description)
                .between(0, 1_000_000_000_000L);
    }

    private static Field grants() {
        return Field.of(
                        Field.Type.GRANTS,
                        "grants",
                        "--grant",
                        "What may be used for a time on top of the limits, such as"
                                + " vcpus=8@2026-12-01T00:00:00Z/2027-03-01T00:00:00Z")
                .between(0, 1_000_000_000_000L);
    }

    private static Noun tenant() {
        return new Noun(
                Kind.TENANT,
                "An application's isolated share of compute and storage",
                List.of(
                        name(),
                        text("application", "spec.application"),
                        text("environment", "spec.environment"),
                        used("vcpus", "status.used.vcpus", "status.granted.vcpus"),
                        used("memory-mib", "status.used.memoryMiB", "status.granted.memoryMiB"),
                        used("storage-gib", "status.used.storageGiB", "status.granted.storageGiB"),
                        number("instances", "status.instances"),
                        text("department", "status.department").onlyWide(),
                        labels(),
                        created()),
                List.of(
                        new Filter("application", "Only tenants of this application"),
                        new Filter("department", "Only tenants of this department's applications")),
                List.of(
                        Field.text("application", "--application", "Whose share it is").mustBe(),
                        Field.choice(
                                        "environment",
                                        "--environment",
                                        "What it is for",
                                        "PRODUCTION",
                                        "TEST",
                                        "DEVELOPMENT",
                                        "EMERGENCY")
                                .mustBe(),
                        limits("The most it may use: vcpus, memoryMiB, storageGiB").mustBe(),
                        grants()),
                "reg-prod --application business-registration --environment PRODUCTION\n"
                        + "--limit vcpus=8 --limit memoryMiB=4096 --limit storageGiB=100");
    }

    private static Noun flavor() {
        return new Noun(
                Kind.FLAVOR,
                "A named size of an instance",
                List.of(
                        name(),
                        number("vcpus", "spec.vcpus"),
                        number("memory-mib", "spec.memoryMiB"),
                        number("root-disk-gib", "spec.rootDiskGiB"),
                        text("tier", "spec.tier").onlyWide(),
                        number("instances", "status.instances"),
                        displayName().onlyWide(),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        displayNameField(),
                        Field.whole("vcpus", "--vcpus", 1, 512, "Virtual processors").mustBe(),
                        Field.whole("memoryMiB", "--memory-mib", 32, 16_777_216, "Guest memory")
                                .mustBe(),
                        Field.whole("rootDiskGiB", "--root-disk-gib", 1, 65_536, "Root disk")
                                .mustBe(),
                        Field.of(
                                Field.Type.TEXTS,
                                "traits",
                                "--trait",
                                "What its hosts must be able to do"),
                        Field.of(
                                Field.Type.BOOL,
                                "singleNuma",
                                "--single-numa",
                                "Whether it must fit into one NUMA node"),
                        Field.text(
                                "tier",
                                "--tier",
                                "The tier of its root disks, which are volumes then, in a pool that hosts share")),
                "small --vcpus 1 --memory-mib 512 --root-disk-gib 4");
    }

    private static Noun image() {
        return new Noun(
                Kind.IMAGE,
                "What instances boot from",
                List.of(
                        name(),
                        displayName(),
                        text("format", "spec.format"),
                        number("min-disk-gib", "spec.minDiskGiB"),
                        text("stage", "spec.stage"),
                        used("uploaded", "status.upload.receivedBytes", "status.upload.bytes")
                                .onlyWide(),
                        number("instances", "status.instances"),
                        number("checked", "status.checks.good"),
                        number("cached", "status.checks.cached").onlyWide(),
                        text("fault", "status.checks.lastFault.message").onlyWide(),
                        text("signed-by", "status.signedBy").onlyWide(),
                        text("url", "spec.url").onlyWide(),
                        text("sha256", "spec.sha256").onlyWide(),
                        labels(),
                        created()),
                List.of(
                        new Filter("stage", "Only images at this stage, such as PUBLISHED"),
                        new Filter("signer", "Only images with this signer's signature"),
                        new Filter(
                                "signed", "Only images with a signature, or without: true, false")),
                List.of(
                        displayNameField(),
                        Field.text(
                                "url",
                                "--url",
                                "A file:, http: or https: URL; none for one that is uploaded"),
                        Field.text("sha256", "--sha256", "Of its bytes").mustBe(),
                        Field.choice(
                                        "format",
                                        "--format",
                                        "How to read it",
                                        "QCOW2",
                                        "RAW",
                                        "VMDK",
                                        "VHD",
                                        "VHDX")
                                .mustBe(),
                        Field.whole(
                                        "minDiskGiB",
                                        "--min-disk-gib",
                                        1,
                                        65_536,
                                        "The smallest root disk it fits on; a larger image is refused")
                                .mustBe(),
                        Field.choice(
                                "stage",
                                "--stage",
                                "What it may be used for; PUBLISHED unless given",
                                "IMPORTED",
                                "PUBLISHED",
                                "DEPRECATED",
                                "REVOKED"),
                        Field.choice(
                                "firmware",
                                "--firmware",
                                "By which it is started, for good; BIOS when absent",
                                "BIOS",
                                "UEFI"),
                        Field.of(
                                Field.Type.SIGNATURE,
                                "signature",
                                "--signature",
                                "A signer's signature of its bytes, as openssl dgst -sha256 -sign KEY FILE makes it; '' removes it")),
                "debian-12 --url https://images.example/debian-12.qcow2 --sha256 HEX\n"
                        + "--format QCOW2 --min-disk-gib 4");
    }

    private static Noun signer() {
        return new Noun(
                Kind.SIGNER,
                "Somebody whose signature vouches for images",
                List.of(
                        name(),
                        displayName(),
                        number("images", "status.images"),
                        labels(),
                        created()),
                List.of(),
                List.of(
                        displayNameField(),
                        Field.of(
                                        Field.Type.FILE_TEXT,
                                        "publicKey",
                                        "--public-key",
                                        "An EC key on P-256 or P-384 in PEM, as openssl pkey -pubout prints it")
                                .mustBe()),
                "platform-team --public-key @platform-team.pub --display-name 平台组");
    }

    static Column text(String id, String path) {
        return Column.text(id, path);
    }

    static Column name() {
        return text("name", "metadata.name");
    }

    static Column displayName() {
        return text("display-name", "spec.displayName");
    }

    static Column created() {
        return age("age", "metadata.created");
    }

    static Column labels() {
        return pairs("labels", "metadata.labels").onlyWide();
    }

    static Field displayNameField() {
        return Field.text("displayName", "--display-name", "The name people read");
    }
}
