-- Signed checkpoints of all chains (internal/audit): a Merkle tree that only grows, its leaves and its hashes.
CREATE TABLE audit_tree_head (
    id   BIGINT PRIMARY KEY,               -- 1: there is one
    size BIGINT NOT NULL,
    mark BIGINT NOT NULL,                  -- how far the chains of others were looked through
    at   BIGINT NOT NULL
);
INSERT INTO audit_tree_head (id, size, mark, at) VALUES (1, 0, 0, 0);

CREATE TABLE audit_leaves (
    n      BIGINT PRIMARY KEY,
    chain  TEXT NOT NULL,
    length BIGINT NOT NULL,
    hash   BLOB NOT NULL,
    at     BIGINT NOT NULL,
    gone   BOOLEAN NOT NULL
);

CREATE TABLE audit_tree (
    place BIGINT PRIMARY KEY,
    hash  BLOB NOT NULL
);

CREATE TABLE audit_checkpoints (
    size BIGINT PRIMARY KEY,
    root TEXT NOT NULL,
    at   BIGINT NOT NULL,
    note TEXT NOT NULL
);

-- Chains that were deleted because they had been kept long enough, until the next checkpoint takes them up.
CREATE TABLE audit_gone (
    chain  TEXT PRIMARY KEY,
    length BIGINT NOT NULL,
    head   BLOB NOT NULL
);

-- A chain that was deleted is a last leaf of the tree and leaves no row behind.
ALTER TABLE audit_chains DROP COLUMN gone_at;
