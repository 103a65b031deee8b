-- Proofs that what may be restarted elsewhere does not run on a host any more. They outlive the host.
CREATE TABLE fence (
    id          uuid PRIMARY KEY,
    name        text COLLATE "C" NOT NULL UNIQUE,
    revision    bigint NOT NULL,
    created     timestamptz NOT NULL,
    labels      jsonb NOT NULL,
    host        text NOT NULL,
    proof       text NOT NULL CHECK (proof IN ('LEASE', 'POWER', 'DECLARATION')),
    evidence    jsonb NOT NULL,
    restarted   int NOT NULL DEFAULT 0,        -- how many instances were given another host by it
    waiting     jsonb NOT NULL DEFAULT '[]',   -- those that have none, and why
    returned_at timestamptz,                   -- when the host was heard again, by the controller's clock
    stopped     jsonb                          -- what the host then said it had ended
);
CREATE INDEX fence_host ON fence (host);

-- The proof that holds of the host; none while it is heard. Whoever gives an instance of it to another host locks this row before.
ALTER TABLE host_observation ADD fence_id uuid REFERENCES fence;
CREATE INDEX host_observation_fence ON host_observation (fence_id) WHERE fence_id IS NOT NULL;
-- The longest lease that it may count on, and what it last said of what happens when that ends.
ALTER TABLE host_observation ADD lease_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE host_observation ADD fencing jsonb;

-- One person's word that a host is lost, until another one agrees.
CREATE TABLE host_declaration (
    host_id     uuid PRIMARY KEY REFERENCES host ON DELETE CASCADE,
    declared_by text NOT NULL,
    declared_at timestamptz NOT NULL,
    reason      text NOT NULL,
    last_at       timestamptz NOT NULL,   -- the host's last report then: a word is about one silence
    last_sequence bigint NOT NULL
);

-- The revision of its host from which on it may be started on another one: 0 if it always might, null if it may not.
ALTER TABLE instance ADD restart_revision bigint;

-- Instances that were a host's and are another one's now, until the host has confirmed that nothing of them is left there.
CREATE TABLE instance_departure (
    host_id       uuid NOT NULL REFERENCES host ON DELETE CASCADE,
    instance_id   uuid NOT NULL,
    epoch         bigint NOT NULL,
    tenant        text NOT NULL,
    name          text NOT NULL,
    host_revision bigint NOT NULL,
    PRIMARY KEY (host_id, instance_id)
);
