-- The capacity book. An allocation is the only thing that takes capacity; `used` is the sum of the open ones and is written
-- by the triggers below alone, so that even a hand-typed statement keeps the books.

CREATE TABLE resource_kind (
    name  text COLLATE "C" PRIMARY KEY,
    unit  text NOT NULL,
    quota boolean NOT NULL        -- whether tenants have limits for it
);
INSERT INTO resource_kind VALUES
    ('vcpus', 'virtual processors', true),
    ('memoryMiB', 'MiB', true),
    ('storageGiB', 'GiB', true),
    ('addresses', 'IPv4 addresses', false);

CREATE TABLE provider (
    id   uuid PRIMARY KEY,
    kind text NOT NULL
);

CREATE TABLE provider_capacity (
    provider_id uuid NOT NULL REFERENCES provider,
    resource    text COLLATE "C" NOT NULL REFERENCES resource_kind,
    capacity    bigint NOT NULL CHECK (capacity >= 0),
    reserved    bigint NOT NULL CHECK (reserved >= 0),
    ratio       numeric(6, 3) NOT NULL CHECK (ratio > 0),
    effective   bigint NOT NULL GENERATED ALWAYS AS (floor(greatest(capacity - reserved, 0) * ratio)) STORED,
    used        bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (provider_id, resource)
);

CREATE TABLE quota_limit (
    owner_id uuid NOT NULL,
    resource text COLLATE "C" NOT NULL REFERENCES resource_kind,
    granted  bigint NOT NULL CHECK (granted >= 0),
    used     bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (owner_id, resource)
);

CREATE TABLE allocation (
    id          uuid PRIMARY KEY,
    consumer_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    owner_id    uuid NOT NULL,
    resource    text COLLATE "C" NOT NULL,
    amount      bigint NOT NULL CHECK (amount > 0),
    opened      timestamptz NOT NULL,
    closed      timestamptz,
    CHECK (closed >= opened),
    FOREIGN KEY (provider_id, resource) REFERENCES provider_capacity (provider_id, resource)
);
CREATE UNIQUE INDEX allocation_once ON allocation (consumer_id, resource) WHERE closed IS NULL;
CREATE INDEX allocation_provider ON allocation (provider_id) WHERE closed IS NULL;
CREATE INDEX allocation_owner ON allocation (owner_id) WHERE closed IS NULL;

-- Growth beyond the limit is refused; a limit lowered below its use only takes nothing new.
CREATE FUNCTION ledger_refuse_overuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE most bigint := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF NEW.used > OLD.used AND NEW.used > most THEN
        RAISE EXCEPTION '% of % would be % of %', NEW.resource, TG_TABLE_NAME, NEW.used, most
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_overuse';
    END IF;
    RETURN NEW;
END $$;
-- AFTER, because a generated column has no value before.
CREATE TRIGGER provider_capacity_overuse AFTER UPDATE OF used ON provider_capacity
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_overuse('effective');
CREATE TRIGGER quota_limit_overuse AFTER UPDATE OF used ON quota_limit
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_overuse('granted');

-- `used` moves with the allocations and in no other way.
CREATE FUNCTION ledger_guard_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION '%.used is kept by the allocations alone', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER provider_capacity_guard BEFORE UPDATE OF used ON provider_capacity
    FOR EACH ROW WHEN (NEW.used <> OLD.used) EXECUTE FUNCTION ledger_guard_used();
CREATE TRIGGER quota_limit_guard BEFORE UPDATE OF used ON quota_limit
    FOR EACH ROW WHEN (NEW.used <> OLD.used) EXECUTE FUNCTION ledger_guard_used();

CREATE TYPE ledger_move AS (provider_id uuid, owner_id uuid, resource text, delta bigint);

CREATE FUNCTION ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves ledger_move[];
    unlimited text;
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT array_agg((provider_id, owner_id, resource, amount)::ledger_move) INTO moves
            FROM new_rows WHERE closed IS NULL;
        WHEN 'DELETE' THEN
            SELECT array_agg((provider_id, owner_id, resource, -amount)::ledger_move) INTO moves
            FROM old_rows WHERE closed IS NULL;
        ELSE
            SELECT array_agg((provider_id, owner_id, resource, delta)::ledger_move) INTO moves
            FROM (SELECT provider_id, owner_id, resource, -amount AS delta FROM old_rows WHERE closed IS NULL
                  UNION ALL
                  SELECT provider_id, owner_id, resource, amount FROM new_rows WHERE closed IS NULL) both_sides;
    END CASE;

    SELECT string_agg(DISTINCT m.resource, ', ') INTO unlimited
    FROM unnest(moves) m JOIN resource_kind k ON k.name = m.resource AND k.quota
    WHERE m.delta > 0
      AND NOT EXISTS (SELECT FROM quota_limit q WHERE q.owner_id = m.owner_id AND q.resource = m.resource);
    IF unlimited IS NOT NULL THEN
        RAISE EXCEPTION 'no limit for %', unlimited
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_limit_overuse';
    END IF;

    -- Limits before providers and each in one order, so that two postings never wait for each other in a circle.
    PERFORM FROM quota_limit q
    WHERE (q.owner_id, q.resource) IN (SELECT m.owner_id, m.resource FROM unnest(moves) m)
    ORDER BY q.owner_id, q.resource FOR NO KEY UPDATE;
    PERFORM FROM provider_capacity c
    WHERE (c.provider_id, c.resource) IN (SELECT m.provider_id, m.resource FROM unnest(moves) m)
    ORDER BY c.provider_id, c.resource FOR NO KEY UPDATE;

    UPDATE quota_limit q SET used = used + m.delta
    FROM (SELECT owner_id, resource, sum(delta)::bigint AS delta FROM unnest(moves) GROUP BY 1, 2) m
    WHERE q.owner_id = m.owner_id AND q.resource = m.resource AND m.delta <> 0;

    UPDATE provider_capacity c SET used = used + m.delta
    FROM (SELECT provider_id, resource, sum(delta)::bigint AS delta FROM unnest(moves) GROUP BY 1, 2) m
    WHERE c.provider_id = m.provider_id AND c.resource = m.resource AND m.delta <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER allocation_inserted AFTER INSERT ON allocation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_post();
CREATE TRIGGER allocation_updated AFTER UPDATE ON allocation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_post();
CREATE TRIGGER allocation_deleted AFTER DELETE ON allocation
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_post();
