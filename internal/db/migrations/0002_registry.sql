-- Who is who. Columns in clear hold ids, codes, states and times; record is a cell sealed under
-- the key of the person whom the row is about (a centre is no person: its record is plain JSON).

CREATE TABLE centres (
    id          TEXT PRIMARY KEY,
    parent      TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX centres_updated ON centres (updated_at, id);

CREATE TABLE elders (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    tier        TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX elders_centre ON elders (centre, id);
CREATE INDEX elders_updated ON elders (updated_at, id);

CREATE TABLE contacts (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    elder       TEXT NOT NULL,
    role        TEXT NOT NULL,
    ord         BIGINT NOT NULL,              -- who is told first
    has_key     BOOLEAN NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL                 -- sealed under the elder's key
);
CREATE INDEX contacts_elder ON contacts (elder, ord, id);
CREATE INDEX contacts_updated ON contacts (updated_at, id);

CREATE TABLE devices (
    id           TEXT PRIMARY KEY,
    centre       TEXT NOT NULL,
    elder        TEXT NOT NULL,               -- '' when nobody's
    protocol     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    last_seen_at BIGINT,
    battery      BIGINT,
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    archived_at  BIGINT,
    record       BLOB NOT NULL                -- sealed under the elder's key, else under its own
);
CREATE INDEX devices_elder ON devices (elder, id);
CREATE INDEX devices_centre ON devices (centre, id);
CREATE INDEX devices_updated ON devices (updated_at, id);

-- Whose a device was, and when.
CREATE TABLE device_bindings (
    device  TEXT NOT NULL,
    elder   TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at   BIGINT,
    PRIMARY KEY (device, from_at, elder)
);
CREATE INDEX device_bindings_elder ON device_bindings (elder, from_at);

CREATE TABLE helpers (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    on_duty     BOOLEAN NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX helpers_centre ON helpers (centre, id);
CREATE INDEX helpers_updated ON helpers (updated_at, id);

-- Where helpers were when it was last written down; where they are is in memory.
CREATE TABLE helper_positions (
    helper     TEXT PRIMARY KEY,
    at         BIGINT NOT NULL,               -- when the position was true
    updated_at BIGINT NOT NULL,
    place      BLOB NOT NULL                  -- sealed under the helper's key
);
CREATE INDEX helper_positions_updated ON helper_positions (updated_at, helper);

CREATE TABLE providers (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX providers_centre ON providers (centre, id);
CREATE INDEX providers_updated ON providers (updated_at, id);

CREATE TABLE operators (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    role        TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX operators_centre ON operators (centre, role, id);
CREATE INDEX operators_updated ON operators (updated_at, id);

CREATE TABLE operator_passwords (
    operator   TEXT PRIMARY KEY,
    phc        TEXT NOT NULL,                 -- argon2id with its parameters
    changed_at BIGINT NOT NULL
);

-- The blind index: a keyed hash of a number, and the row that it leads to. A number can belong to
-- several elders.
CREATE TABLE lookups (
    kind   TEXT NOT NULL,
    hash   BLOB NOT NULL,
    row_id TEXT NOT NULL,
    PRIMARY KEY (kind, hash, row_id)
);
CREATE INDEX lookups_row ON lookups (kind, row_id);

-- The same for what leads to one row only: a device's identity, a log-in name. It is a table of its
-- own because SQLite prepares a query anew for each value when a partial index might serve it.
CREATE TABLE identities (
    kind   TEXT NOT NULL,
    hash   BLOB NOT NULL,
    row_id TEXT NOT NULL,
    PRIMARY KEY (kind, hash)
);
CREATE INDEX identities_row ON identities (kind, row_id);

-- Machines' bearer tokens: only the SHA-256 is kept, and enough of the beginning to know one again.
CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    prefix     TEXT NOT NULL,
    name       TEXT NOT NULL,
    scope      TEXT NOT NULL,
    device     TEXT NOT NULL,
    centre     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
