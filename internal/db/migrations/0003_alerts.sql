-- Alerts, their timelines, and what hangs on them. What a person could be known by is sealed;
-- columns in clear hold ids, states, codes and times.

CREATE TABLE plans (
    id         TEXT NOT NULL,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE alerts (
    id        TEXT PRIMARY KEY,
    number    BIGINT NOT NULL UNIQUE,
    centre    TEXT NOT NULL,
    elder     TEXT NOT NULL,
    device    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    kind      TEXT NOT NULL,
    priority  BIGINT NOT NULL,
    state     TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    plan      TEXT NOT NULL,
    join_key  BLOB,
    raised_at BIGINT NOT NULL,
    due_at    BIGINT,
    ended_at  BIGINT,
    seq       BIGINT NOT NULL,
    global    BIGINT NOT NULL,
    head      BLOB NOT NULL,
    snapshot  BLOB NOT NULL
);

-- A second press finds the open alert by this; two nodes cannot both open one.
CREATE UNIQUE INDEX alerts_join ON alerts (join_key) WHERE join_key IS NOT NULL;
CREATE INDEX alerts_due ON alerts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX alerts_open ON alerts (id) WHERE ended_at IS NULL;
CREATE INDEX alerts_elder ON alerts (elder, id);
CREATE INDEX alerts_device ON alerts (device, id);

CREATE TABLE events (
    alert      TEXT NOT NULL,
    seq        BIGINT NOT NULL,
    global     BIGINT NOT NULL UNIQUE,
    type       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    prev       BLOB NOT NULL,
    commitment BLOB NOT NULL,
    hash       BLOB NOT NULL,
    data       BLOB NOT NULL,
    PRIMARY KEY (alert, seq)
);

-- Links for family and helpers: only the hash of the token is kept.
CREATE TABLE links (
    hash       BLOB PRIMARY KEY,
    alert      TEXT NOT NULL,
    person     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX links_alert ON links (alert);

-- Helpers who are on the way somewhere, for their load.
CREATE TABLE engagements (
    helper TEXT NOT NULL,
    alert  TEXT NOT NULL,
    PRIMARY KEY (helper, alert)
);

-- Commands that were carried out, by the key that their sender gave them.
CREATE TABLE commands_done (
    actor  TEXT NOT NULL,
    key    TEXT NOT NULL,
    alert  TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
);
