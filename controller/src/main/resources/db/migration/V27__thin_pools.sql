-- What a provider's storage really has to write on. Disks are sparse: what is promised may be far more than what is written. Of a
-- kind for which it is known, no more may be promised than what of the promises is written, and what is free as many times as the
-- terms allow. Null, or behind an array's end, where it is not known: the terms alone hold then.
ALTER TABLE provider
    ADD COLUMN written numeric[] NOT NULL DEFAULT '{}' CHECK (0 <= ALL (written)),
    ADD COLUMN free    numeric[] NOT NULL DEFAULT '{}' CHECK (0 <= ALL (free)),
    ADD CHECK (cardinality(written) = cardinality(free));

GRANT UPDATE (written, free) ON provider TO yunqing_app;

CREATE FUNCTION ledger_backed(effective bigint[], ratio numeric[], written numeric[], free numeric[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE backed bigint[] := effective;
BEGIN
    FOR i IN 1..cardinality(effective) LOOP
        backed[i] := least(effective[i], floor(written[i] + free[i] * coalesce(ratio[i], 1))::bigint);
    END LOOP;
    RETURN backed;
END $$;

CREATE OR REPLACE FUNCTION ledger_set_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.effective := ledger_backed(ledger_effective(NEW.capacity, NEW.reserved, NEW.ratio), NEW.ratio, NEW.written, NEW.free);
    NEW.ceiling := ledger_ceiling(NEW.effective, NEW.used, NEW.used);
    NEW.changed := pg_current_xact_id();
    NEW.described := NEW.changed;
    RETURN NEW;
END $$;
DROP TRIGGER provider_capacity ON provider;
CREATE TRIGGER provider_capacity BEFORE INSERT OR UPDATE OF capacity, reserved, ratio, written, free ON provider
    FOR EACH ROW EXECUTE FUNCTION ledger_set_capacity();

-- When the numbers of its pools last came, by the controller's clock.
ALTER TABLE host_observation ADD COLUMN measured_at timestamptz;
