CREATE TABLE placement_group (
    id        uuid PRIMARY KEY,
    name      text COLLATE "C" NOT NULL,
    revision  bigint NOT NULL,
    created   timestamptz NOT NULL,
    labels    jsonb NOT NULL,
    spec      jsonb NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    UNIQUE (tenant_id, name)
);
CREATE INDEX placement_group_name ON placement_group (name, id);

-- A member from its creation until its host has confirmed that nothing of it is left: as long as it takes up room there.
ALTER TABLE instance ADD group_id uuid REFERENCES placement_group;
CREATE INDEX instance_group ON instance (group_id, host_id) WHERE group_id IS NOT NULL;
