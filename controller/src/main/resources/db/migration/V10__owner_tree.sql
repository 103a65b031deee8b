-- Who locks several owners keeps the tree as it is while doing so; who moves an owner has the tree for itself. Otherwise a move,
-- which locks an owner and then those below it, and a posting, which locks from below upwards, wait for each other in a circle.

CREATE FUNCTION ledger_keep_tree() RETURNS void LANGUAGE sql AS
    'SELECT pg_advisory_xact_lock_shared(hashtext(''owner tree''))';

CREATE FUNCTION ledger_keep_tree_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_keep_tree();
    RETURN NULL;
END $$;
CREATE TRIGGER allocation_keeps_tree BEFORE INSERT OR UPDATE OR DELETE ON allocation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_tree_first();

CREATE FUNCTION ledger_change_tree_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('owner tree'));
    RETURN NULL;
END $$;
CREATE TRIGGER quota_owner_changes_tree BEFORE UPDATE OF parent_id ON quota_owner
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_change_tree_first();
