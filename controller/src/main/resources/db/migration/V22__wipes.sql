-- How volumes of a tier are to be overwritten when they are deleted; not at all when absent.
ALTER TABLE tier ADD CHECK (spec ->> 'wipe' IN ('NONE', 'ZERO'));

-- How a volume that is being deleted is to be overwritten; null also once its host has said that it is.
ALTER TABLE volume ADD wipe text CHECK (wipe IS NULL OR (wipe = 'ZERO' AND deleted));

-- How far its host said that it is overwritten.
ALTER TABLE volume_observation ADD wipe jsonb;

-- What is kept of volumes that were to be overwritten. It outlives them, their tenants and hosts, which are named as they were called.
CREATE TABLE wipe (
    id       uuid PRIMARY KEY,                         -- the volume's
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,                     -- when the volume was deleted
    labels   jsonb NOT NULL,
    tenant   text COLLATE "C" NOT NULL,
    volume   text COLLATE "C" NOT NULL,
    host     text COLLATE "C" NOT NULL,
    size_gib int NOT NULL,
    method   text NOT NULL CHECK (method = 'ZERO'),
    evidence jsonb,                                    -- what the host last said of it
    removed  timestamptz                               -- when the host said that nothing of the volume is left
);
CREATE INDEX wipe_tenant ON wipe (tenant, volume);
CREATE INDEX wipe_host ON wipe (host);
