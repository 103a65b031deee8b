-- A repository is a directory, or a bucket of an S3-compatible store, whole or below a prefix. The key to a store is each host's own.
DROP INDEX repository_url;
CREATE UNIQUE INDEX repository_place
    ON repository ((spec ->> 'url'), coalesce(spec ->> 'bucket', ''), coalesce(spec ->> 'prefix', ''));
ALTER TABLE repository
    ADD CONSTRAINT repository_form CHECK (
        CASE WHEN spec ->> 'url' LIKE 'file:///%'
            THEN coalesce(spec ->> 'bucket', spec ->> 'prefix', spec ->> 'region', spec ->> 'pathStyle') IS NULL
            ELSE spec ->> 'url' ~ '^https?://' AND spec ->> 'bucket' IS NOT NULL END);
