-- What a host reports that belongs to no instance or volume of the books, from when it is first reported until it is gone.
CREATE TABLE orphan (
    id            uuid PRIMARY KEY,
    name          text COLLATE "C" NOT NULL UNIQUE,
    revision      bigint NOT NULL,
    created       timestamptz NOT NULL,
    labels        jsonb NOT NULL,
    host_id       uuid NOT NULL REFERENCES host ON DELETE CASCADE,
    type          text NOT NULL,
    place         text NOT NULL,
    quarantined   boolean NOT NULL,             -- what is to become of it
    deleted       boolean NOT NULL DEFAULT false,
    host_revision bigint NOT NULL DEFAULT 0,    -- 0 before anybody asked for anything
    observed      jsonb NOT NULL,
    UNIQUE (host_id, type, place)
);
CREATE INDEX orphan_wish ON orphan (host_id, host_revision) WHERE host_revision > 0;

-- How many a host had by its last report, without those that were put aside; null when it could not tell.
ALTER TABLE host_observation ADD orphans int;
