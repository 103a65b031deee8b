-- Who uses the serial console of which instance, for as long as the replica that holds the session says that it is there.
CREATE TABLE console_session (
    id            uuid PRIMARY KEY,
    instance_id   uuid NOT NULL UNIQUE REFERENCES instance ON DELETE CASCADE,
    host_id       uuid NOT NULL REFERENCES host ON DELETE CASCADE,
    host_revision bigint NOT NULL DEFAULT 0,    -- the host's revision at which its agent is told
    actor         text NOT NULL,
    opened        timestamptz NOT NULL,
    alive         timestamptz NOT NULL,         -- when its replica last said so
    address       text                          -- by which agents reach that replica; the one that they know when null
);
CREATE INDEX console_session_host ON console_session (host_id);
