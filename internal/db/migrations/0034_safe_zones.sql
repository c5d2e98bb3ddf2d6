-- Where elders are safe. A zone tells where somebody lives, so all of it is sealed under the elder's key.
CREATE TABLE safe_zones (
    id          TEXT PRIMARY KEY,
    centre      TEXT NOT NULL,
    elder       TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    archived_at BIGINT,
    record      BLOB NOT NULL
);
CREATE INDEX safe_zones_elder ON safe_zones (elder, id);
CREATE INDEX safe_zones_updated ON safe_zones (updated_at, id);

-- How the elders who have a zone stand towards it, and when they are looked at next. A fix that changes nothing does not touch the row.
CREATE TABLE zone_watch (
    elder    TEXT PRIMARY KEY,
    watch_at BIGINT,                      -- NULL: nothing to look for until a fix or a change of a zone
    record   BLOB                         -- sealed; NULL: nothing is known yet
);
CREATE INDEX zone_watch_due ON zone_watch (watch_at) WHERE watch_at IS NOT NULL;
