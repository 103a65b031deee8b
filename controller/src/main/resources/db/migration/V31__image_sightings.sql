-- What each host knows of images, by their digest and the format that they are read in. Written when it changes, not at each report.
CREATE TABLE image_sighting (
    host_id    uuid NOT NULL REFERENCES host ON DELETE CASCADE,
    sha256     text NOT NULL,
    format     text NOT NULL,
    cached     boolean NOT NULL,
    disk_bytes bigint CONSTRAINT image_sighting_disk_bytes CHECK (disk_bytes >= 0),
    checked_at timestamptz,
    fault      text,
    refused    boolean NOT NULL DEFAULT false,
    fault_at   timestamptz,
    disks      int CONSTRAINT image_sighting_disks CHECK (disks >= 0),
    -- When what came of the last look was heard, by the controller's clock.
    heard_at   timestamptz NOT NULL,
    -- The number of the wish that the host check it, until it has.
    asked      bigint,
    PRIMARY KEY (host_id, sha256, format),
    CONSTRAINT image_sighting_fault CHECK (NOT (cached AND fault IS NOT NULL) AND NOT (refused AND fault IS NULL))
);
CREATE INDEX image_sighting_image ON image_sighting (sha256, format);

-- Which host first found an image good; by name, as the host may be gone.
CREATE TABLE image_good (
    sha256 text NOT NULL,
    format text NOT NULL,
    host   text NOT NULL,
    at     timestamptz NOT NULL,
    PRIMARY KEY (sha256, format)
);

CREATE SEQUENCE image_wish;
GRANT USAGE ON SEQUENCE image_wish TO yunqing_app;
CREATE INDEX image_sha256 ON image ((spec ->> 'sha256'));

-- The host's revision at which what it is to do about images last changed.
ALTER TABLE host_desired ADD images_revision bigint NOT NULL DEFAULT 0;
