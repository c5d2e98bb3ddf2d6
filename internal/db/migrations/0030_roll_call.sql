-- The people of an outage are called by machine, too: how often, and when the last time was.
ALTER TABLE outage_people ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outage_people ADD COLUMN asked_at BIGINT;          -- NULL: never
CREATE INDEX outage_people_asked ON outage_people (alert, asked_at) WHERE asked > 0;
