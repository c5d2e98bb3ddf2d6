-- Elders and devices in depth. Columns in clear hold codes, ids, states and times; the rest is in the sealed record.
-- Each column has a default, so that the program before this one can still write rows.

ALTER TABLE elders ADD COLUMN area TEXT NOT NULL DEFAULT '';             -- official code of community or street
ALTER TABLE elders ADD COLUMN household TEXT NOT NULL DEFAULT '';        -- an id shared by those who live together
ALTER TABLE elders ADD COLUMN safety_plan BOOLEAN NOT NULL DEFAULT FALSE; -- is on one
ALTER TABLE elders ADD COLUMN legal_hold BOOLEAN NOT NULL DEFAULT FALSE; -- erasure waits
CREATE INDEX elders_area ON elders (area, id);
CREATE INDEX elders_household ON elders (household, id);

ALTER TABLE devices ADD COLUMN installed_at BIGINT;
ALTER TABLE devices ADD COLUMN tested_at BIGINT;                         -- its key last came through; NULL: never

-- Numbers that are given out one after the other.
CREATE TABLE registry_counters (
    name TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);
