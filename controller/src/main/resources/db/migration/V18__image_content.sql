-- How many bytes an image without a URL has, once all were received and found to be the promised ones. They are in the
-- controller's folder of images.
ALTER TABLE image
    ADD content_bytes bigint CHECK (content_bytes > 0),
    ADD CONSTRAINT image_content_or_url CHECK (content_bytes IS NULL OR spec ->> 'url' IS NULL);
CREATE INDEX image_content ON image ((spec ->> 'sha256')) WHERE spec ->> 'url' IS NULL;

-- The bytes of an image that are on their way to the controller.
CREATE TABLE image_upload (
    image_id uuid PRIMARY KEY REFERENCES image ON DELETE CASCADE,
    bytes    bigint NOT NULL CHECK (bytes > 0),
    received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND bytes), -- on the disk
    touched  timestamptz NOT NULL,                                          -- when some last came
    fault    text                                                           -- why those before were thrown away
);
