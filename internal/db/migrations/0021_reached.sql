-- How often contacts were asked in alarms of late and how often somebody answered: counts and times, nothing personal.
CREATE TABLE reached (
    contact  TEXT PRIMARY KEY,
    asked    BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    last_at  BIGINT,                          -- when they last answered
    at       BIGINT NOT NULL                  -- when this was worked out
);
