-- Who opened the whole record of an elder in an emergency of their own, until when, and what was found at the review.
-- The reason and what the reviewer wrote are sealed under the elder's key.
CREATE TABLE break_glass (
    id          TEXT PRIMARY KEY,
    elder       TEXT NOT NULL,
    centre      TEXT NOT NULL,
    operator    TEXT NOT NULL,
    session     TEXT NOT NULL,
    at          BIGINT NOT NULL,
    until_at    BIGINT NOT NULL,
    ended_at    BIGINT,                       -- NULL while it is open, and for a moment after until_at
    verdict     TEXT NOT NULL,                -- '' until it is reviewed
    reviewed_by TEXT NOT NULL,
    reviewed_at BIGINT,
    cell        BLOB NOT NULL
);
CREATE INDEX break_glass_open ON break_glass (operator, until_at) WHERE ended_at IS NULL;
CREATE INDEX break_glass_session ON break_glass (session) WHERE ended_at IS NULL;
CREATE INDEX break_glass_waiting ON break_glass (centre) WHERE reviewed_at IS NULL;
CREATE INDEX break_glass_elder ON break_glass (elder);
