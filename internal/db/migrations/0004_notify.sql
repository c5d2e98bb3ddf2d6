-- Messages to people. The row is written with the alert that causes it, before any request leaves.
CREATE TABLE messages (
    id            TEXT PRIMARY KEY,
    subject       TEXT NOT NULL,              -- whose key seals cell
    alert         TEXT NOT NULL,
    code          TEXT NOT NULL,
    person        TEXT NOT NULL,
    channel       TEXT NOT NULL,
    to_hash       BLOB NOT NULL,              -- blind index of the number
    language      TEXT NOT NULL,
    priority      BIGINT NOT NULL,
    template      TEXT NOT NULL,
    step          TEXT NOT NULL,
    answers       TEXT NOT NULL,              -- {"1":"coming"}; '' when nothing is asked
    cell          BLOB NOT NULL,              -- sealed: number, text, number to connect
    status        TEXT NOT NULL,
    status_at     BIGINT NOT NULL,
    provider      TEXT NOT NULL,
    ref           TEXT NOT NULL,
    provider_code TEXT NOT NULL,
    copies        BIGINT NOT NULL,            -- how many copies may have gone out before this one
    unknowns      BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    pending       BOOLEAN NOT NULL,           -- still to be sent, or being sent
    due_at        BIGINT NOT NULL,
    deadline_at   BIGINT NOT NULL,
    owner         TEXT NOT NULL,
    generation    BIGINT NOT NULL,
    leased_at     BIGINT NOT NULL,            -- until when; 0: nobody has it
    created_at    BIGINT NOT NULL
);
CREATE INDEX messages_pending ON messages (priority, due_at) WHERE pending;
CREATE INDEX messages_alert ON messages (alert);
CREATE INDEX messages_to ON messages (to_hash, created_at) WHERE answers <> '';

-- One row per request to a provider, committed before it leaves.
CREATE TABLE attempts (
    message    TEXT NOT NULL,
    n          BIGINT NOT NULL,
    provider   TEXT NOT NULL,
    owner      TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,               -- 0: no result known
    outcome    TEXT NOT NULL,
    ref        TEXT NOT NULL,
    code       TEXT NOT NULL,
    PRIMARY KEY (message, n)
);
CREATE INDEX attempts_ref ON attempts (ref) WHERE ref <> '';

-- What people answered; id is the provider's, so a repeated report changes nothing.
CREATE TABLE replies (
    id        TEXT PRIMARY KEY,
    message   TEXT NOT NULL,
    alert     TEXT NOT NULL,
    person    TEXT NOT NULL,
    from_hash BLOB NOT NULL,
    answer    TEXT NOT NULL,
    cell      BLOB NOT NULL,                  -- sealed: the words, and what was said back
    answered  BOOLEAN NOT NULL,               -- something was said back
    at        BIGINT NOT NULL
);
CREATE INDEX replies_from ON replies (from_hash, at);

CREATE TABLE recordings (
    ref     TEXT PRIMARY KEY,
    message TEXT NOT NULL,
    alert   TEXT NOT NULL,
    cell    BLOB NOT NULL,                    -- sealed: where it lies
    seconds BIGINT NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX recordings_alert ON recordings (alert);
