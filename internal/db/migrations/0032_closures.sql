-- Roads that nobody is led through: until when, and why. A place names the stretch between two crossings that it lies on.
CREATE TABLE closures (
    id       TEXT PRIMARY KEY,
    centre   TEXT NOT NULL,               -- of who closed it
    lat      DOUBLE PRECISION NOT NULL,   -- the middle of the stretch, WGS-84
    lon      DOUBLE PRECISION NOT NULL,
    name     TEXT NOT NULL,               -- of the road; '' when it has none
    modes    TEXT NOT NULL,               -- of foot bike car, with spaces between; '' is all
    reason   TEXT NOT NULL,
    by_kind  TEXT NOT NULL,
    by_id    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    ended_at BIGINT                       -- NULL until somebody opens it again
);
CREATE INDEX closures_open ON closures (until_at) WHERE ended_at IS NULL;
