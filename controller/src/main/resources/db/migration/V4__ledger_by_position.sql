-- The capacity book, one row for each thing that people name: a provider, an owner, an allocation. Amounts are arrays; an
-- amount's place in them is its resource kind's position, and what an array does not reach is 0. A new kind is a row of
-- resource_kind (see ledger_add_kind), and an allocation costs one row however many kinds it takes.

-- --- Kinds ----------------------------------------------------------------------------------------------------------

ALTER TABLE resource_kind ADD COLUMN position int;
UPDATE resource_kind
SET position = array_position(ARRAY['vcpus', 'memoryMiB', 'storageGiB', 'addresses'], name::text);
ALTER TABLE resource_kind ALTER COLUMN position SET NOT NULL, ADD UNIQUE (position), ADD CHECK (position BETWEEN 1 AND 64);

-- --- Arithmetic -----------------------------------------------------------------------------------------------------

CREATE FUNCTION ledger_add(a bigint[], b bigint[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE total bigint[] := a;
BEGIN
    FOR i IN 1..cardinality(b) LOOP
        total[i] := coalesce(total[i], 0) + coalesce(b[i], 0);
    END LOOP;
    RETURN total;
END $$;

CREATE AGGREGATE ledger_sum(bigint[]) (SFUNC = ledger_add, STYPE = bigint[], INITCOND = '{}', PARALLEL = SAFE);

CREATE FUNCTION ledger_negative(a bigint[]) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE negative bigint[] := '{}';
BEGIN
    FOR i IN 1..cardinality(a) LOOP
        negative[i] := -a[i];
    END LOOP;
    RETURN negative;
END $$;

CREATE FUNCTION ledger_within(used bigint[], most bigint[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    FOR i IN 1..cardinality(used) LOOP
        IF used[i] < 0 OR used[i] > coalesce(most[i], 0) THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END $$;

-- What may be used at most after a use has become `used`: the limit, or for as long as more than that is in use, what is
-- left of it. So a limit lowered below its use takes nothing new, and what is given back does not come again.
CREATE FUNCTION ledger_ceiling(most bigint[], ceiling bigint[], used bigint[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE lifted bigint[] := most;
BEGIN
    FOR i IN 1..cardinality(used) LOOP
        lifted[i] := greatest(coalesce(most[i], 0), least(coalesce(ceiling[i], 0), used[i]));
    END LOOP;
    RETURN lifted;
END $$;

CREATE FUNCTION ledger_effective(capacity bigint[], reserved bigint[], ratio numeric[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE effective bigint[] := '{}';
BEGIN
    FOR i IN 1..cardinality(capacity) LOOP
        effective[i] := floor(greatest(capacity[i] - coalesce(reserved[i], 0), 0) * coalesce(ratio[i], 1));
    END LOOP;
    RETURN effective;
END $$;

-- --- Providers ------------------------------------------------------------------------------------------------------

-- `changed` is the transaction that last touched the row, `described` the last that did more than move its sums. Whoever
-- remembers pg_snapshot_xmin of an earlier look finds with them all that may have changed since. They have no index on purpose:
-- the rows are few, and updates stay on their page.
ALTER TABLE provider
    ADD COLUMN capacity  bigint[]  NOT NULL DEFAULT '{}',
    ADD COLUMN reserved  bigint[]  NOT NULL DEFAULT '{}',
    ADD COLUMN ratio     numeric[] NOT NULL DEFAULT '{}',
    ADD COLUMN effective bigint[]  NOT NULL DEFAULT '{}',
    ADD COLUMN used      bigint[]  NOT NULL DEFAULT '{}',
    ADD COLUMN ceiling   bigint[]  NOT NULL DEFAULT '{}',
    ADD COLUMN changed   xid8      NOT NULL DEFAULT pg_current_xact_id(),
    ADD COLUMN described xid8      NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE provider SET (fillfactor = 50);

-- --- Owners ---------------------------------------------------------------------------------------------------------

-- Whoever has limits: tenants, and the departments above them. What a tenant takes counts at every owner of its path.
CREATE TABLE quota_owner (
    id        uuid PRIMARY KEY,
    parent_id uuid REFERENCES quota_owner,
    strict    boolean  NOT NULL,                  -- whether what is not granted is forbidden, as it is to tenants
    path      uuid[]   NOT NULL DEFAULT '{}',     -- itself and all above it, nearest first
    granted   bigint[] NOT NULL,                  -- what the grants of this moment add up to
    used      bigint[] NOT NULL DEFAULT '{}',
    ceiling   bigint[] NOT NULL DEFAULT '{}',
    settled   timestamptz,                        -- the moment for which `granted` was worked out
    due       timestamptz                         -- when a grant begins or ends next
) WITH (fillfactor = 50);
CREATE INDEX quota_owner_parent ON quota_owner (parent_id);
CREATE INDEX quota_owner_due ON quota_owner (due) WHERE due IS NOT NULL;

CREATE TABLE quota_grant (
    owner_id uuid NOT NULL REFERENCES quota_owner ON DELETE CASCADE,
    resource text COLLATE "C" NOT NULL REFERENCES resource_kind,
    amount   bigint NOT NULL CHECK (amount >= 0),
    valid    tstzrange NOT NULL CHECK (NOT isempty(valid))
);
CREATE INDEX quota_grant_owner ON quota_grant (owner_id);

-- No limit: more than any sum can reach, and far enough from the end of bigint to be added to.
CREATE FUNCTION ledger_unlimited() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1000000000000000000::bigint';

-- What an owner's grants add up to at a moment. A kind for which it never had a grant is not limited here, unless all that is
-- not granted is forbidden, as it is to tenants (`strict`); kinds without quota are never limited.
CREATE FUNCTION ledger_granted(owner uuid, strict boolean, at timestamptz) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(CASE
               WHEN NOT k.quota THEN ledger_unlimited()
               WHEN g.owner_id IS NULL THEN CASE WHEN strict THEN 0 ELSE ledger_unlimited() END
               ELSE least(g.amount, ledger_unlimited())
           END ORDER BY k.position)
    FROM resource_kind k
    LEFT JOIN (SELECT owner_id, resource, coalesce(sum(amount) FILTER (WHERE valid @> at), 0)::bigint AS amount
               FROM quota_grant WHERE owner_id = owner GROUP BY 1, 2) g ON g.resource = k.name
$$;

-- A kind that is new limits nobody who could do without it before: departments are not limited in it, tenants have none of it.
CREATE FUNCTION ledger_add_kind(kind text, kind_unit text, has_quota boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO resource_kind (name, unit, quota, position)
    SELECT kind, kind_unit, has_quota, max(position) + 1 FROM resource_kind;
    UPDATE quota_owner SET granted = ledger_granted(id, strict, coalesce(settled, now()));
END $$;

-- --- Allocations ----------------------------------------------------------------------------------------------------

ALTER TABLE allocation RENAME TO allocation_by_resource;
DROP INDEX allocation_once, allocation_provider, allocation_owner;
DROP TRIGGER allocation_inserted ON allocation_by_resource;
DROP TRIGGER allocation_updated ON allocation_by_resource;
DROP TRIGGER allocation_deleted ON allocation_by_resource;

-- The open row of a consumer says what it holds now; closed rows are its history. Whoever changes a holding updates the open
-- row, in one statement, so that nothing is charged twice or let go in between, and adds the past as a closed row.
CREATE TABLE allocation (
    consumer_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    owner_id    uuid NOT NULL,
    amounts     bigint[] NOT NULL CHECK (0 <= ALL (amounts) AND 0 < ANY (amounts)),
    opened      timestamptz NOT NULL,
    closed      timestamptz CHECK (closed >= opened)
);
CREATE UNIQUE INDEX allocation_once ON allocation (consumer_id) WHERE closed IS NULL;
CREATE INDEX allocation_past ON allocation (consumer_id, opened) WHERE closed IS NOT NULL;
CREATE INDEX allocation_provider ON allocation (provider_id) WHERE closed IS NULL;

CREATE TYPE ledger_posting AS (provider_id uuid, owner_id uuid, amounts bigint[]);
DROP FUNCTION ledger_post();
DROP TYPE ledger_move;

-- Moves `used` with the allocations; with the rights of its owner, as nobody else may write `used`.
CREATE FUNCTION ledger_post() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    postings ledger_posting[];
    owners   uuid[];
    above    uuid[];
    givers   uuid[];
    known    int;
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT array_agg((provider_id, owner_id, amounts)::ledger_posting) INTO postings
            FROM new_rows WHERE closed IS NULL;
        WHEN 'DELETE' THEN
            SELECT array_agg((provider_id, owner_id, ledger_negative(amounts))::ledger_posting) INTO postings
            FROM old_rows WHERE closed IS NULL;
        ELSE
            SELECT array_agg((provider_id, owner_id, amounts)::ledger_posting) INTO postings
            FROM (SELECT provider_id, owner_id, ledger_negative(amounts) AS amounts FROM old_rows WHERE closed IS NULL
                  UNION ALL
                  SELECT provider_id, owner_id, amounts FROM new_rows WHERE closed IS NULL) both_sides;
    END CASE;
    IF postings IS NULL THEN
        RETURN NULL;
    END IF;

    -- Owners, then what is above them, then providers, and each by id: one order for all, so that no two postings wait for
    -- each other in a circle. A path is read when its owner is locked, as owners move with a lock on all below them.
    SELECT array_agg(DISTINCT owner_id), array_agg(DISTINCT provider_id) INTO owners, givers FROM unnest(postings);
    PERFORM FROM quota_owner WHERE id = ANY (owners) ORDER BY id FOR NO KEY UPDATE;
    GET DIAGNOSTICS known = ROW_COUNT;
    IF known < cardinality(owners) THEN
        RAISE EXCEPTION 'an allocation names an owner that does not exist' USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT array_agg(DISTINCT a.id) INTO above
    FROM quota_owner o CROSS JOIN unnest(o.path[2:]) AS a (id) WHERE o.id = ANY (owners);
    PERFORM FROM quota_owner WHERE id = ANY (above) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM provider WHERE id = ANY (givers) ORDER BY id FOR NO KEY UPDATE;
    GET DIAGNOSTICS known = ROW_COUNT;
    IF known < cardinality(givers) THEN
        RAISE EXCEPTION 'an allocation names a provider that does not exist' USING ERRCODE = 'foreign_key_violation';
    END IF;

    UPDATE quota_owner o
    SET used = ledger_add(o.used, p.delta), ceiling = ledger_ceiling(o.granted, o.ceiling, ledger_add(o.used, p.delta))
    FROM (SELECT a.id, ledger_sum(s.delta) AS delta
          FROM (SELECT owner_id, ledger_sum(amounts) AS delta FROM unnest(postings) GROUP BY 1) s
          JOIN quota_owner l ON l.id = s.owner_id
          CROSS JOIN unnest(l.path) AS a (id)
          GROUP BY 1) p
    WHERE o.id = p.id AND NOT 0 = ALL (p.delta);

    UPDATE provider v
    SET used = ledger_add(v.used, p.delta), ceiling = ledger_ceiling(v.effective, v.ceiling, ledger_add(v.used, p.delta)),
        changed = pg_current_xact_id()
    FROM (SELECT provider_id, ledger_sum(amounts) AS delta FROM unnest(postings) GROUP BY 1) p
    WHERE v.id = p.provider_id AND NOT 0 = ALL (p.delta);
    RETURN NULL;
END $$;

-- --- What was there before ------------------------------------------------------------------------------------------

-- Capacities first, limits next, then the allocations, which bring the sums.

UPDATE provider p SET capacity = c.capacity, reserved = c.reserved, ratio = c.ratio
FROM (SELECT p.id,
             array_agg(coalesce(c.capacity, 0) ORDER BY k.position) AS capacity,
             array_agg(coalesce(c.reserved, 0) ORDER BY k.position) AS reserved,
             array_agg(coalesce(c.ratio, 1) ORDER BY k.position) AS ratio
      FROM provider p CROSS JOIN resource_kind k
      LEFT JOIN provider_capacity c ON c.provider_id = p.id AND c.resource = k.name
      GROUP BY p.id) c
WHERE c.id = p.id;

-- A department's parents come before it, a tenant's department before the tenant.
WITH RECURSIVE tree (id, parent_id, depth) AS (
    SELECT id, parent_id, 1 FROM department WHERE parent_id IS NULL
    UNION ALL
    SELECT d.id, d.parent_id, t.depth + 1 FROM department d JOIN tree t ON t.id = d.parent_id
)
INSERT INTO quota_owner (id, parent_id, strict, granted) SELECT id, parent_id, false, '{}' FROM tree ORDER BY depth;
INSERT INTO quota_owner (id, parent_id, strict, granted)
SELECT t.id, a.department_id, true, '{}' FROM tenant t JOIN application a ON a.id = t.application_id;
WITH RECURSIVE chain (id, above, place) AS (
    SELECT id, id, 1 FROM quota_owner
    UNION ALL
    SELECT c.id, o.parent_id, c.place + 1 FROM chain c JOIN quota_owner o ON o.id = c.above WHERE o.parent_id IS NOT NULL
)
UPDATE quota_owner o SET path = p.path
FROM (SELECT id, array_agg(above ORDER BY place) AS path FROM chain GROUP BY 1) p WHERE p.id = o.id;
INSERT INTO quota_grant (owner_id, resource, amount, valid)
SELECT owner_id, resource, granted, '(,)' FROM quota_limit WHERE owner_id IN (SELECT id FROM tenant);
UPDATE quota_owner SET granted = ledger_granted(id, strict, now());
UPDATE quota_owner SET ceiling = granted;
UPDATE provider SET effective = ledger_effective(capacity, reserved, ratio);

INSERT INTO allocation (consumer_id, provider_id, owner_id, amounts, opened, closed)
SELECT h.consumer_id, h.provider_id, h.owner_id, array_agg(coalesce(a.amount, 0) ORDER BY k.position), h.opened, h.closed
FROM (SELECT DISTINCT consumer_id, provider_id, owner_id, opened, closed FROM allocation_by_resource) h
CROSS JOIN resource_kind k
LEFT JOIN allocation_by_resource a
       ON a.consumer_id = h.consumer_id AND a.provider_id = h.provider_id AND a.owner_id = h.owner_id AND a.opened = h.opened
      AND a.closed IS NOT DISTINCT FROM h.closed AND a.resource = k.name
WHERE h.owner_id IN (SELECT id FROM quota_owner)
GROUP BY h.consumer_id, h.provider_id, h.owner_id, h.opened, h.closed;

UPDATE quota_owner o SET used = s.used
FROM (SELECT p.id, ledger_sum(a.amounts) AS used
      FROM allocation a JOIN quota_owner l ON l.id = a.owner_id CROSS JOIN unnest(l.path) AS p (id)
      WHERE a.closed IS NULL GROUP BY 1) s
WHERE s.id = o.id;
UPDATE provider p SET used = s.used
FROM (SELECT provider_id, ledger_sum(amounts) AS used FROM allocation WHERE closed IS NULL GROUP BY 1) s
WHERE s.provider_id = p.id;
UPDATE quota_owner SET ceiling = ledger_ceiling(granted, used, used);
UPDATE provider SET ceiling = ledger_ceiling(effective, used, used);

DROP TABLE allocation_by_resource, provider_capacity, quota_limit;
DROP FUNCTION ledger_refuse_overuse(), ledger_guard_used();

-- --- The law --------------------------------------------------------------------------------------------------------

ALTER TABLE provider ADD CONSTRAINT provider_within CHECK (ledger_within(used, ceiling));
ALTER TABLE quota_owner ADD CONSTRAINT quota_owner_within CHECK (ledger_within(used, ceiling));

CREATE TRIGGER allocation_inserted AFTER INSERT ON allocation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_post();
CREATE TRIGGER allocation_updated AFTER UPDATE ON allocation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_post();
CREATE TRIGGER allocation_deleted AFTER DELETE ON allocation
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_post();

-- What may be promised follows what there is.
CREATE FUNCTION ledger_set_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.effective := ledger_effective(NEW.capacity, NEW.reserved, NEW.ratio);
    NEW.ceiling := ledger_ceiling(NEW.effective, NEW.used, NEW.used);
    NEW.changed := pg_current_xact_id();
    NEW.described := NEW.changed;
    RETURN NEW;
END $$;
CREATE TRIGGER provider_capacity BEFORE INSERT OR UPDATE OF capacity, reserved, ratio ON provider
    FOR EACH ROW EXECUTE FUNCTION ledger_set_capacity();

CREATE FUNCTION ledger_set_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.ceiling := ledger_ceiling(NEW.granted, NEW.used, NEW.used);
    RETURN NEW;
END $$;
CREATE TRIGGER quota_owner_granted BEFORE INSERT OR UPDATE OF granted ON quota_owner
    FOR EACH ROW EXECUTE FUNCTION ledger_set_granted();

-- An owner that gets another parent takes its use along. All below it are locked first, as a posting reads their paths.
CREATE FUNCTION ledger_set_path() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    onto uuid[];
    moved bigint[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM FROM quota_owner WHERE path @> ARRAY[NEW.id] AND strict ORDER BY id FOR NO KEY UPDATE;
        PERFORM FROM quota_owner WHERE path @> ARRAY[NEW.id] AND NOT strict ORDER BY id FOR NO KEY UPDATE;
    END IF;
    SELECT path INTO onto FROM quota_owner WHERE id = NEW.parent_id FOR NO KEY UPDATE;
    onto := coalesce(onto, '{}');
    IF NEW.id = ANY (onto) THEN
        RAISE EXCEPTION 'an owner cannot be above itself' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        UPDATE quota_owner SET path = NEW.id || onto WHERE id = NEW.id;
        RETURN NULL;
    END IF;
    SELECT used INTO moved FROM quota_owner WHERE id = NEW.id;
    UPDATE quota_owner SET used = ledger_add(used, ledger_negative(moved)),
                           ceiling = ledger_ceiling(granted, ceiling, ledger_add(used, ledger_negative(moved)))
    WHERE id = ANY (OLD.path[2:]) AND NOT id = ANY (onto);
    UPDATE quota_owner SET used = ledger_add(used, moved), ceiling = ledger_ceiling(granted, ceiling, ledger_add(used, moved))
    WHERE id = ANY (onto) AND NOT id = ANY (OLD.path[2:]);
    UPDATE quota_owner SET path = path[:array_position(path, NEW.id)] || onto WHERE path @> ARRAY[NEW.id];
    RETURN NULL;
END $$;
CREATE TRIGGER quota_owner_inserted AFTER INSERT ON quota_owner FOR EACH ROW EXECUTE FUNCTION ledger_set_path();
CREATE TRIGGER quota_owner_moved AFTER UPDATE OF parent_id ON quota_owner
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION ledger_set_path();

-- --- Who may do what ------------------------------------------------------------------------------------------------

-- The controller works as yunqing_app: it may do everything with the other tables, and in the ledger all but write sums.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO yunqing_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO yunqing_app;
REVOKE ALL ON provider, quota_owner, resource_kind FROM yunqing_app;
GRANT SELECT, DELETE, INSERT (id, kind, capacity, reserved, ratio), UPDATE (capacity, reserved, ratio) ON provider TO yunqing_app;
GRANT SELECT, DELETE, INSERT (id, parent_id, granted, strict, settled, due), UPDATE (parent_id, granted, settled, due)
    ON quota_owner TO yunqing_app;
GRANT SELECT ON resource_kind TO yunqing_app;
