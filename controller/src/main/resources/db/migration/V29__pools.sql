-- Where hosts keep volumes beside the pool of their own. A pool is a provider: a shared one as a whole, another one on each host.
CREATE TABLE pool (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,
    labels   jsonb NOT NULL,
    zone_id  uuid REFERENCES zone,                   -- whose hosts have it; all hosts when null
    shared   boolean NOT NULL,                       -- whether all its hosts see the same
    spec     jsonb NOT NULL
);
CREATE UNIQUE INDEX pool_url ON pool ((spec ->> 'url'), zone_id) NULLS NOT DISTINCT;

-- A pool as a host found it.
CREATE TABLE pool_host (
    pool_id     uuid NOT NULL REFERENCES pool ON DELETE CASCADE,
    host_id     uuid NOT NULL REFERENCES host ON DELETE CASCADE,
    provider_id uuid NOT NULL,                       -- the pool's own id when it is shared
    seen        boolean NOT NULL,                    -- whether its host's last report came from a look at its volumes
    unseen_since timestamptz,                        -- until when it was seen, by the controller's clock; null while it is
    fault       text,
    mark        uuid,                                -- hosts that find the same see the same
    use         jsonb,
    measured_at timestamptz,                         -- when `use` last came, by the controller's clock
    PRIMARY KEY (pool_id, host_id)
);
CREATE INDEX pool_host_host ON pool_host (host_id);

ALTER TABLE tier ADD pool_id uuid REFERENCES pool;   -- where its volumes are kept; in their hosts' own pools when null
CREATE INDEX tier_pool ON tier (pool_id) WHERE pool_id IS NOT NULL;
ALTER TABLE volume ADD pool_id uuid REFERENCES pool; -- where it is; in its host's own when null
CREATE INDEX volume_pool ON volume (pool_id, host_id) WHERE pool_id IS NOT NULL;

-- Volumes of shared pools that were a host's and are another one's now, until the host has taken note.
CREATE TABLE volume_departure (
    host_id       uuid NOT NULL REFERENCES host ON DELETE CASCADE,
    volume_id     uuid NOT NULL REFERENCES volume ON DELETE CASCADE,
    host_revision bigint NOT NULL,
    PRIMARY KEY (host_id, volume_id)
);
CREATE INDEX volume_departure_volume ON volume_departure (volume_id);

-- The host's revision at which its pools last changed.
ALTER TABLE host_desired ADD pools_revision bigint NOT NULL DEFAULT 0;
