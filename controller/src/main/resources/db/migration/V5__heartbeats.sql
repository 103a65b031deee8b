-- A host says the same again and again. What it says has a digest, so that hearing it again is one comparison; a host whose
-- desired revision has moved on since it was last taken in is looked at in full, for what it says may now mean something else.
ALTER TABLE host_observation
    ADD digest           bytea,
    ADD settled_revision bigint NOT NULL DEFAULT 0;

-- A row is written at each report: with room in its page no index needs to know.
ALTER TABLE host_observation SET (fillfactor = 40);

-- Thousands of agents may enrol in one minute.
CREATE INDEX host_observation_token ON host_observation (token_sha256) WHERE token_sha256 IS NOT NULL;
