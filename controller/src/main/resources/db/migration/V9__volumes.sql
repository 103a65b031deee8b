-- A volume from its creation until its host has confirmed that nothing of it is left: as long as it takes up room there. Which
-- instance it is to be attached to is said here alone, so that it can never be two.
CREATE TABLE volume (
    id            uuid PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    revision      bigint NOT NULL,
    created       timestamptz NOT NULL,
    labels        jsonb NOT NULL,
    tenant_id     uuid NOT NULL REFERENCES tenant,
    host_id       uuid NOT NULL REFERENCES host,
    instance_id   uuid REFERENCES instance,
    size_gib      int NOT NULL,
    host_revision bigint NOT NULL,
    made          boolean NOT NULL DEFAULT false,   -- whether its host has said that it is there: it is never made twice
    deleted       boolean NOT NULL DEFAULT false,
    UNIQUE (tenant_id, name)
);
CREATE INDEX volume_name ON volume (name, id);
CREATE INDEX volume_host ON volume (host_id, host_revision);
CREATE INDEX volume_instance ON volume (instance_id) WHERE instance_id IS NOT NULL;

CREATE TABLE volume_observation (
    volume_id   uuid PRIMARY KEY REFERENCES volume ON DELETE CASCADE,
    state       text NOT NULL,
    size_gib    bigint NOT NULL,
    instance_id uuid,
    step        text,
    fault       jsonb
);

-- Whether the host's last report came from a look at its storage.
ALTER TABLE host_observation ADD storage_seen boolean NOT NULL DEFAULT false;
