-- Hosts of a class promise by the same terms: how much is kept back, and how many times the rest may be promised. A term holds
-- from its moment on until the next one begins. What a host says itself comes before what its class says, kind by kind.

-- --- The ledger -----------------------------------------------------------------------------------------------------

CREATE TABLE provider_class (
    id       uuid PRIMARY KEY,
    reserved bigint[]  NOT NULL DEFAULT '{}',     -- what the term in force says
    ratio    numeric[] NOT NULL DEFAULT '{}',
    begun    timestamptz,                         -- when that term began; null before the first one
    settled  timestamptz,                         -- the moment for which it was worked out
    due      timestamptz                          -- when a term begins next
);

-- What an array does not reach, or leaves null, is not kept back and promised once.
CREATE TABLE provider_term (
    class_id uuid NOT NULL REFERENCES provider_class ON DELETE CASCADE,
    begins   timestamptz NOT NULL,                -- -infinity for one that always held
    reserved bigint[]  NOT NULL CHECK (0 <= ALL (reserved)),
    ratio    numeric[] NOT NULL CHECK (0 < ALL (ratio)),
    PRIMARY KEY (class_id, begins)
);

-- A provider without a class keeps the reserve and ratio it was given.
ALTER TABLE provider
    ADD COLUMN class_id     uuid REFERENCES provider_class,
    ADD COLUMN own_reserved bigint[]  NOT NULL DEFAULT '{}',
    ADD COLUMN own_ratio    numeric[] NOT NULL DEFAULT '{}';
CREATE INDEX provider_class_id ON provider (class_id);

GRANT INSERT (class_id, own_reserved, own_ratio), UPDATE (class_id, own_reserved, own_ratio) ON provider TO yunqing_app;

-- Of each kind what is said first: by itself, by its class, or else.
CREATE FUNCTION ledger_said(own anyarray, class anyarray, otherwise anyelement) RETURNS anyarray
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(coalesce(own[i], class[i], otherwise) ORDER BY i), own)
    FROM generate_series(1, greatest(cardinality(own), cardinality(class))) AS i
$$;

-- The moment for which a class is worked out: now, unless that is a little before the last time. Clocks of replicas differ, and
-- a term that has begun on one does not end on another. A clock that was set back by more than that is followed.
CREATE FUNCTION ledger_moment(settled timestamptz, now timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN settled > now AND settled <= now + interval '1 minute' THEN settled ELSE now END
$$;

-- --- The resource ---------------------------------------------------------------------------------------------------

CREATE TABLE host_class (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,
    labels   jsonb NOT NULL,
    spec     jsonb NOT NULL
);

-- The class of hosts that name none. Its one term says what has held until now.
INSERT INTO provider_class (id) VALUES ('00000000-0000-7000-8000-000000000001');
INSERT INTO provider_term VALUES ('00000000-0000-7000-8000-000000000001', '-infinity', '{}', '{}');
UPDATE provider_class SET begun = '-infinity';
INSERT INTO host_class VALUES
    ('00000000-0000-7000-8000-000000000001', 'standard', 1, now(), '{}', '{"terms": [{"resources": {}}]}');

ALTER TABLE host ADD COLUMN class_id uuid NOT NULL DEFAULT '00000000-0000-7000-8000-000000000001' REFERENCES host_class;
CREATE INDEX host_class_id ON host (class_id);

UPDATE provider p
SET class_id = h.class_id,
    own_reserved = (SELECT array_agg(cast(h.spec -> 'reserved' ->> k.name AS bigint) ORDER BY k.position) FROM resource_kind k),
    own_ratio = (SELECT array_agg(cast(h.spec -> 'overcommit' ->> k.name AS numeric) ORDER BY k.position) FROM resource_kind k)
FROM host h WHERE h.id = p.id;
