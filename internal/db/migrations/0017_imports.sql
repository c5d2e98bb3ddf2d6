-- Spreadsheets that were handed in, in pieces sealed under a key of their own that is destroyed with them; how
-- far each import is; and the rows that were refused.
CREATE TABLE imports (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    centre      TEXT NOT NULL,
    actor_kind  TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    state       TEXT NOT NULL,                -- staged, checking, checked, running, done, failed
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    lease       BIGINT NOT NULL,              -- counts who works on it
    lease_until BIGINT NOT NULL,
    at_line     BIGINT NOT NULL,              -- rows up to this line are done
    total       BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    changed     BIGINT NOT NULL,
    unchanged   BIGINT NOT NULL,
    skipped     BIGINT NOT NULL,
    refused     BIGINT NOT NULL,
    record      BLOB NOT NULL                 -- sealed: how it is to be imported, for whom, and what went wrong
);
CREATE INDEX imports_state ON imports (state, lease_until);
CREATE INDEX imports_expires ON imports (expires_at);

CREATE TABLE import_parts (
    import TEXT NOT NULL,
    n      BIGINT NOT NULL,
    part   BLOB NOT NULL,
    PRIMARY KEY (import, n)
);

CREATE TABLE import_refused (
    import TEXT NOT NULL,
    line   BIGINT NOT NULL,
    cell   BLOB NOT NULL,
    PRIMARY KEY (import, line)
);

-- What the headings of a centre's spreadsheets mean, as somebody once said.
CREATE TABLE import_mappings (
    centre  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    mapping TEXT NOT NULL,
    PRIMARY KEY (centre, kind)
);
