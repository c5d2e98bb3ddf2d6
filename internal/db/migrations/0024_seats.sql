-- Who has an open alert, and whose console is heard of: ids, codes and times, nothing personal.
ALTER TABLE alerts ADD COLUMN operator TEXT NOT NULL DEFAULT '';
CREATE INDEX alerts_held ON alerts (operator) WHERE ended_at IS NULL;

CREATE TABLE seats (
    session  TEXT PRIMARY KEY,
    operator TEXT NOT NULL,
    centre   TEXT NOT NULL,
    free     BIGINT NOT NULL,                 -- 1: takes alerts, 0: away for a moment
    beat_at  BIGINT NOT NULL,
    turn_at  BIGINT                           -- when an alert last stood at it
);
CREATE INDEX seats_beat ON seats (beat_at);
