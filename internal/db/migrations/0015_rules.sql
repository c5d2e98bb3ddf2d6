-- What centres have agreed upon, and the kinds of service and classes of caller that they know. What is written of a
-- number or an elder is sealed; the rest is about no person.

CREATE TABLE service_types (
    id          TEXT PRIMARY KEY,             -- its code
    centre      TEXT NOT NULL,
    parent      TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX service_types_updated ON service_types (updated_at, id);

CREATE TABLE caller_classes (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    elder       TEXT NOT NULL,                -- '' when it is about a number
    class       TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL                 -- sealed under the elder's key, else under its own
);
CREATE INDEX caller_classes_centre ON caller_classes (centre, id);
CREATE INDEX caller_classes_elder ON caller_classes (elder, id);
CREATE INDEX caller_classes_updated ON caller_classes (updated_at, id);

CREATE TABLE agreements (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    partner     TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX agreements_updated ON agreements (updated_at, id);

-- The alerts that another centre sees, too, while they are open.
CREATE TABLE alert_shares (
    alert  TEXT NOT NULL,
    centre TEXT NOT NULL,
    PRIMARY KEY (alert, centre)
);
CREATE INDEX alert_shares_centre ON alert_shares (centre, alert);

-- Elders, devices and helpers on their way to another centre; centre is where they come from.
CREATE TABLE moves (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    resource    TEXT NOT NULL,
    record_id   TEXT NOT NULL,
    to_centre   TEXT NOT NULL,
    state       TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL                 -- sealed under the key of whoever is moved
);
CREATE INDEX moves_centre ON moves (centre, id);
CREATE INDEX moves_to ON moves (to_centre, id);
CREATE INDEX moves_record ON moves (record_id);
