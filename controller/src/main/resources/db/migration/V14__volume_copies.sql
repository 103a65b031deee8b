-- What of its content a volume has from another. The source is named from the wish on until the volume's host has said that it
-- is copied: as long as that, the source cannot go.
ALTER TABLE volume
    ADD copy_of   text COLLATE "C",                     -- the source's name when it was asked for
    ADD source_id uuid REFERENCES volume,
    ADD restore   int NOT NULL DEFAULT 0,               -- how often its content was to be replaced by a copy
    ADD snapshot  boolean NOT NULL DEFAULT false,       -- only kept: never attached, restored or made larger
    ADD moment    uuid;                                 -- those of one are copied as they are at the same instant
CREATE INDEX volume_source ON volume (source_id) WHERE source_id IS NOT NULL;

-- The host's revision at which it was last taken from an instance: when the host has applied that, and says that nobody has it,
-- nobody has it.
ALTER TABLE volume ADD detach_revision bigint NOT NULL DEFAULT 0;
UPDATE volume SET detach_revision = host_revision;

-- Of which restore its host last saw it.
ALTER TABLE volume_observation ADD restore int NOT NULL DEFAULT 0;
