-- Who did and saw what. Columns in clear hold ids, codes and times; cell is sealed under the key named by sealed_by.
-- Each run of a node keeps one chain of rows (internal/audit).
CREATE TABLE audit_chains (
    id       TEXT PRIMARY KEY,
    begun_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    ended_at BIGINT,                       -- nothing is added any more
    length   BIGINT NOT NULL,
    head     BLOB NOT NULL,                -- hash of the last row
    anchored BIGINT NOT NULL,              -- how much of it the last checkpoint covers
    gone_at  BIGINT                        -- its rows were deleted when they had been kept long enough
);
CREATE INDEX audit_chains_open ON audit_chains (id) WHERE anchored < length;

CREATE TABLE audit (
    chain       TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    actor_kind  TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    action      TEXT NOT NULL,
    resource    TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    subject     TEXT NOT NULL,
    centre      TEXT NOT NULL,
    alert       TEXT NOT NULL,
    sealed_by   TEXT NOT NULL,
    prev        BLOB NOT NULL,
    commitment  BLOB NOT NULL,
    hash        BLOB NOT NULL,
    cell        BLOB,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_resource ON audit (resource_id, at);
CREATE INDEX audit_subject ON audit (subject, at);
CREATE INDEX audit_actor ON audit (actor_id, at);
