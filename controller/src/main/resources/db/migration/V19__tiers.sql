-- What is promised of volumes beside their size. What a tier's spec does not name is not limited.
CREATE TABLE tier (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,
    labels   jsonb NOT NULL,
    spec     jsonb NOT NULL,
    CHECK ((spec ->> 'readIops')::bigint BETWEEN 1 AND 1000000000),
    CHECK ((spec ->> 'writeIops')::bigint BETWEEN 1 AND 1000000000),
    CHECK ((spec ->> 'readMiBps')::bigint BETWEEN 1 AND 953674316),
    CHECK ((spec ->> 'writeMiBps')::bigint BETWEEN 1 AND 953674316)
);

ALTER TABLE volume ADD tier_id uuid REFERENCES tier;
CREATE INDEX volume_tier ON volume (tier_id) WHERE tier_id IS NOT NULL;
