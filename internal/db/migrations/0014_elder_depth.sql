-- Areas are public data. What hangs on people – consents, attachments – has ids, codes and times in clear and the rest in cells
-- sealed under the key of the person.

CREATE TABLE areas (
    code       TEXT PRIMARY KEY,             -- official, without the zeros that fill it up
    name       TEXT NOT NULL,
    full_name  TEXT NOT NULL,
    parent     TEXT NOT NULL,
    level      BIGINT NOT NULL,              -- 1 province … 5 community
    pinyin     TEXT NOT NULL,
    lat        DOUBLE PRECISION,
    lon        DOUBLE PRECISION,
    valid_from TEXT NOT NULL,
    valid_to   TEXT NOT NULL,                -- '' while there is such an area
    successor  TEXT NOT NULL,
    search     TEXT NOT NULL
);
CREATE INDEX areas_parent ON areas (parent, code);

CREATE TABLE consents (
    id           TEXT PRIMARY KEY,
    centre       TEXT NOT NULL,
    elder        TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    basis        TEXT NOT NULL,
    given_at     BIGINT,
    until_at     BIGINT,
    withdrawn_at BIGINT,
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    archived_at  BIGINT,
    record       BLOB NOT NULL
);
CREATE INDEX consents_elder ON consents (elder, purpose, id);
CREATE INDEX consents_updated ON consents (updated_at, id);

CREATE TABLE attachments (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    resource    TEXT NOT NULL,               -- elder, helper, provider
    owner       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    media       TEXT NOT NULL,
    size        BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX attachments_owner ON attachments (owner, resource, id);
CREATE INDEX attachments_updated ON attachments (updated_at, id);

-- The bytes, sealed; gone when the attachment is deleted.
CREATE TABLE attachment_contents (
    id    TEXT PRIMARY KEY,
    whole BLOB NOT NULL,
    small BLOB NOT NULL
);

-- Fields that centres define for themselves: about no person, so the record is plain JSON.
CREATE TABLE custom_fields (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    resource    TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX custom_fields_centre ON custom_fields (centre, id);
CREATE INDEX custom_fields_updated ON custom_fields (updated_at, id);
