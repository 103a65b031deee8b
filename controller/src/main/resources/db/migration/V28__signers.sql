-- Whose signatures vouch for images. The key is kept once as it was written and once as it is compared, in DER.
CREATE TABLE signer (
    id         uuid PRIMARY KEY,
    name       text COLLATE "C" NOT NULL UNIQUE,
    revision   bigint NOT NULL,
    created    timestamptz NOT NULL,
    labels     jsonb NOT NULL,
    spec       jsonb NOT NULL,
    public_key bytea NOT NULL CONSTRAINT signer_public_key UNIQUE
);

-- An image's signature, and the key that it was found to be made with. As long as an image refers to a key, no signer loses it. Both
-- stand beside the spec, where a controller that does not know of them leaves them.
ALTER TABLE image
    ADD COLUMN signature text,
    ADD COLUMN signer_key bytea REFERENCES signer (public_key),
    ADD CONSTRAINT image_signature_by_key CHECK ((signature IS NULL) = (signer_key IS NULL));
CREATE INDEX image_signer_key ON image (signer_key) WHERE signer_key IS NOT NULL;
