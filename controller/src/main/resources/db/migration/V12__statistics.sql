-- What the instances of each host have used, as it measured them last and the time before: each by its id. Nothing that must
-- outlive a crash, and rewritten all the time.
CREATE TABLE host_statistics (
    host_id         uuid PRIMARY KEY REFERENCES host ON DELETE CASCADE,
    taken_at        timestamptz NOT NULL,           -- by the host's clock
    received_at     timestamptz NOT NULL,           -- by the controller's
    uses            jsonb NOT NULL,
    before_taken_at timestamptz,
    before_uses     jsonb
) WITH (fillfactor = 50);
