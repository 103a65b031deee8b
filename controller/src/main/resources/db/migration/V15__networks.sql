-- A tenant's network. Its number goes round all that there are before it is given again, as a host that was away may still have
-- the VXLAN of one that is gone.
CREATE TABLE network (
    id        uuid PRIMARY KEY,
    name      text COLLATE "C" NOT NULL,
    revision  bigint NOT NULL,
    created   timestamptz NOT NULL,
    labels    jsonb NOT NULL,
    spec      jsonb NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant,
    vni       int NOT NULL UNIQUE CHECK (vni BETWEEN 4096 AND 65535),
    UNIQUE (tenant_id, name)
);
CREATE INDEX network_name ON network (name, id);
CREATE SEQUENCE network_vni AS int MINVALUE 4096 MAXVALUE 65535 CYCLE;
GRANT USAGE ON SEQUENCE network_vni TO yunqing_app;

-- In it from its creation until its host has confirmed that nothing of it is left: as long as it may speak there.
ALTER TABLE instance ADD network_id uuid REFERENCES network;
CREATE INDEX instance_network ON instance (network_id, host_id) WHERE network_id IS NOT NULL;

-- At which of its revisions what a host is told of networks last changed.
ALTER TABLE host_desired ADD networks_revision bigint NOT NULL DEFAULT 0;

-- Why a host's ends of networks are not as they should be, by its last report; null when they are.
ALTER TABLE host_observation ADD network_fault text;

-- An address belongs to a place: a host's own subnet, or a network.
ALTER TABLE address RENAME COLUMN host_id TO place_id;
ALTER TABLE address DROP CONSTRAINT address_host_id_fkey;
