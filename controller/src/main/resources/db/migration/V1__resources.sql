-- Names sort and compare bytewise, so that keyset paging does not depend on a locale.

CREATE TABLE department (
    id        uuid PRIMARY KEY,
    name      text COLLATE "C" NOT NULL UNIQUE,
    revision  bigint NOT NULL,
    created   timestamptz NOT NULL,
    labels    jsonb NOT NULL,
    spec      jsonb NOT NULL,
    parent_id uuid REFERENCES department
);
CREATE INDEX department_parent ON department (parent_id);

CREATE TABLE application (
    id            uuid PRIMARY KEY,
    name          text COLLATE "C" NOT NULL UNIQUE,
    revision      bigint NOT NULL,
    created       timestamptz NOT NULL,
    labels        jsonb NOT NULL,
    spec          jsonb NOT NULL,
    department_id uuid NOT NULL REFERENCES department
);
CREATE INDEX application_department ON application (department_id);

CREATE TABLE tenant (
    id             uuid PRIMARY KEY,
    name           text COLLATE "C" NOT NULL UNIQUE,
    revision       bigint NOT NULL,
    created        timestamptz NOT NULL,
    labels         jsonb NOT NULL,
    spec           jsonb NOT NULL,
    application_id uuid NOT NULL REFERENCES application
);
CREATE INDEX tenant_application ON tenant (application_id);

CREATE TABLE flavor (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,
    labels   jsonb NOT NULL,
    spec     jsonb NOT NULL
);

CREATE TABLE image (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,
    labels   jsonb NOT NULL,
    spec     jsonb NOT NULL
);

CREATE TABLE zone (
    id       uuid PRIMARY KEY,
    name     text COLLATE "C" NOT NULL UNIQUE,
    revision bigint NOT NULL,
    created  timestamptz NOT NULL,
    labels   jsonb NOT NULL,
    spec     jsonb NOT NULL
);

CREATE TABLE host (
    id               uuid PRIMARY KEY,
    name             text COLLATE "C" NOT NULL UNIQUE,
    revision         bigint NOT NULL,
    created          timestamptz NOT NULL,
    labels           jsonb NOT NULL,
    spec             jsonb NOT NULL,
    zone_id          uuid NOT NULL REFERENCES zone
);
CREATE INDEX host_zone ON host (zone_id);

-- The counter of what a host should be. It stands apart from the host, so that placing an instance does not change the
-- host's ETag; its row lock makes the order of revisions the order of commits. It begins at 1, as 0 asks for everything.
CREATE TABLE host_desired (
    host_id  uuid PRIMARY KEY REFERENCES host ON DELETE CASCADE,
    revision bigint NOT NULL DEFAULT 1
);

-- What a host's agent last said, and by which key it may speak.
CREATE TABLE host_observation (
    host_id           uuid PRIMARY KEY REFERENCES host ON DELETE CASCADE,
    token_sha256      bytea,
    token_expires     timestamptz,
    token_key_sha256  text,
    key_sha256        text,
    agent_start       uuid,
    superseded_start  uuid,
    boot_id           text,
    sequence          bigint,
    received_at       timestamptz,
    complete          boolean NOT NULL DEFAULT false,
    unobserved_reason text,
    applied_revision  bigint NOT NULL DEFAULT 0,
    inventory         jsonb,
    unknown_domains   jsonb NOT NULL DEFAULT '[]',
    lanes             jsonb NOT NULL DEFAULT '[]',
    announced_state   text
);

CREATE TABLE instance (
    id            uuid PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    revision      bigint NOT NULL,
    created       timestamptz NOT NULL,
    labels        jsonb NOT NULL,
    spec          jsonb NOT NULL,
    tenant_id     uuid NOT NULL REFERENCES tenant,
    flavor_id     uuid NOT NULL REFERENCES flavor,
    image_id      uuid NOT NULL REFERENCES image,
    host_id       uuid NOT NULL REFERENCES host,
    epoch         bigint NOT NULL,
    host_revision bigint NOT NULL,
    deleted       boolean NOT NULL DEFAULT false,
    vcpus         int NOT NULL,
    memory_mib    int NOT NULL,
    root_disk_gib int NOT NULL,
    mac           text,
    placement     jsonb NOT NULL,
    UNIQUE (tenant_id, name)
);
CREATE INDEX instance_name ON instance (name, id);
CREATE INDEX instance_flavor ON instance (flavor_id);
CREATE INDEX instance_image ON instance (image_id);
CREATE INDEX instance_host ON instance (host_id, host_revision);

CREATE TABLE instance_observation (
    instance_id uuid PRIMARY KEY REFERENCES instance ON DELETE CASCADE,
    epoch       bigint NOT NULL,
    state       text NOT NULL,
    reason      text,
    step        text,
    fault       jsonb
);

-- The last part of an instance's serial console. It goes with the instance.
CREATE TABLE console (
    instance_id uuid PRIMARY KEY REFERENCES instance ON DELETE CASCADE,
    tail        bytea NOT NULL,
    tail_end    bigint NOT NULL,
    received_at timestamptz NOT NULL
);

-- An address of a host's subnet that an instance holds.
CREATE TABLE address (
    host_id     uuid NOT NULL REFERENCES host,
    ip          inet NOT NULL,
    instance_id uuid NOT NULL UNIQUE REFERENCES instance ON DELETE CASCADE,
    PRIMARY KEY (host_id, ip)
);

-- Answers to requests that named an idempotency key; written in the request's own transaction.
CREATE TABLE idempotency (
    actor   text NOT NULL,
    key     text NOT NULL,
    request bytea NOT NULL,
    status  int,
    etag    text,
    body    text,
    created timestamptz NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_created ON idempotency (created);
