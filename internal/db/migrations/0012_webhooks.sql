-- Programs that are told what happens. The address may hold a secret: it is sealed with the signing secrets.
CREATE TABLE webhooks (
    id         TEXT PRIMARY KEY,
    centre     TEXT NOT NULL,               -- whose events; '' for all
    name       TEXT NOT NULL,
    host       TEXT NOT NULL,               -- of the address
    kinds      TEXT NOT NULL,               -- of events, between commas; '' for all
    state      TEXT NOT NULL,
    failing_at BIGINT NOT NULL,             -- since when nothing was taken; 0: it is taken
    code       TEXT NOT NULL,               -- how the last request ended
    created_at BIGINT NOT NULL,
    cell       BLOB NOT NULL                -- sealed: address and secrets
);

-- What is to be told; the body holds ids, kinds and times, nothing personal.
CREATE TABLE webhook_deliveries (
    id         TEXT PRIMARY KEY,
    hook       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    body       TEXT NOT NULL,
    attempts   BIGINT NOT NULL,
    pending    BOOLEAN NOT NULL,
    code       TEXT NOT NULL,
    due_at     BIGINT NOT NULL,
    leased_at  BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE pending;
CREATE INDEX webhook_deliveries_hook ON webhook_deliveries (hook, id);

-- How far the events have been read.
CREATE TABLE webhook_position (
    name   TEXT PRIMARY KEY,
    global BIGINT NOT NULL
);
