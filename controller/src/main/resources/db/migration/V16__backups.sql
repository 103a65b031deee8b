-- Where backups are kept.
CREATE TABLE repository (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,
    labels   jsonb NOT NULL,
    spec     jsonb NOT NULL
);
CREATE UNIQUE INDEX repository_url ON repository ((spec ->> 'url'));

-- A backup from the wish for it until a host has confirmed that nothing of it is left. It outlives its volume, so it names it by its
-- id, which is part of the place in the repository, and by the name that it had.
CREATE TABLE backup (
    id                  uuid PRIMARY KEY,
    name                text COLLATE "C" NOT NULL,
    revision            bigint NOT NULL,
    created             timestamptz NOT NULL,
    labels              jsonb NOT NULL,
    tenant_id           uuid NOT NULL REFERENCES tenant,
    repository_id       uuid NOT NULL REFERENCES repository,
    volume_id           uuid NOT NULL,
    volume              text COLLATE "C" NOT NULL,
    size_gib            int NOT NULL,
    wanted_full         boolean NOT NULL,
    deletion_protection boolean NOT NULL,
    host_id             uuid REFERENCES host ON DELETE SET NULL,  -- which takes it, or took it, or is to remove it
    host_revision       bigint NOT NULL,
    base_id             uuid REFERENCES backup,                   -- on which it may build, and once it is made builds
    full_reason         text,                                     -- why it is full though that was not asked for
    made                boolean NOT NULL DEFAULT false,           -- whether its host has said that it is in the repository
    deleted             boolean NOT NULL DEFAULT false,
    bytes               bigint,
    sha256              text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes          bigint,
    taken_at            timestamptz,
    observed            jsonb,                                    -- what its host last said of it
    UNIQUE (tenant_id, name),
    CHECK (NOT made OR (bytes > 0 AND sha256 IS NOT NULL AND size_bytes > 0 AND taken_at IS NOT NULL)),
    CHECK (base_id <> id)
);
CREATE INDEX backup_name ON backup (name, id);
CREATE INDEX backup_wish ON backup (host_id, host_revision) WHERE deleted OR NOT made;
CREATE INDEX backup_volume ON backup (volume_id, repository_id);
CREATE INDEX backup_base ON backup (base_id) WHERE base_id IS NOT NULL;
CREATE INDEX backup_repository ON backup (repository_id);

-- The backup is named from the wish on until the volume's host has said that it is made from it: as long as that, it cannot go.
ALTER TABLE volume
    ADD from_backup text COLLATE "C",                             -- its name when it was asked for
    ADD backup_id   uuid REFERENCES backup;
CREATE INDEX volume_backup ON volume (backup_id) WHERE backup_id IS NOT NULL;
