-- What happened, in the order in which it became visible. A row's place is (xid, seq): a reader that only takes rows whose
-- transaction is older than every running one (pg_snapshot_xmin) can never be overtaken by a late commit.
CREATE TABLE event (
    xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    seq       bigint GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL,
    kind      text NOT NULL,
    tenant    text COLLATE "C",
    name      text COLLATE "C" NOT NULL,
    object_id uuid NOT NULL,
    type      text NOT NULL,
    actor     text NOT NULL,
    reason    text,
    message   text NOT NULL,
    revision  bigint NOT NULL,
    PRIMARY KEY (xid, seq)
);
CREATE INDEX event_object ON event (kind, name, xid, seq);
