-- Events are not kept for ever. The floor is the last one that was let go: all behind it is there, and a reader whose cursor
-- lies before it has to be told.
CREATE TABLE feed_floor (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    xid      xid8 NOT NULL,
    seq      bigint NOT NULL,
    at       timestamptz            -- when that event was; null while none was let go
);
INSERT INTO feed_floor (xid, seq) VALUES ('0', 0);

-- Lists go by name: a page of one flavor's, or one image's, instances is a stretch of its index.
DROP INDEX instance_flavor, instance_image;
CREATE INDEX instance_flavor ON instance (flavor_id, name, id);
CREATE INDEX instance_image ON instance (image_id, name, id);
