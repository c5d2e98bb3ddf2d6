-- What became of asking one person once in one alert: what the choice of whom to ask learns from. It follows from the
-- events and can be made anew from them; codes, counts and times, nothing personal but the ids.
CREATE TABLE asked (
    alert          TEXT NOT NULL,
    person         TEXT NOT NULL,             -- a helper or a contact
    seq            BIGINT NOT NULL,           -- of the event that asked
    part           TEXT NOT NULL,
    kind           TEXT NOT NULL,
    priority       BIGINT NOT NULL,
    phase          TEXT NOT NULL,
    channels       TEXT NOT NULL,             -- separated by commas, until there was an answer
    asked_at       BIGINT NOT NULL,
    hour           BIGINT NOT NULL,           -- of the day at the alert's centre
    travel_s       BIGINT NOT NULL,           -- 0: not known
    distance_m     BIGINT NOT NULL,
    mode           TEXT NOT NULL,
    position_age_s BIGINT,
    others         BIGINT NOT NULL,           -- how many of their part had been asked before
    beyond         TEXT NOT NULL,             -- what was exceeded for a life, separated by commas
    answer         TEXT NOT NULL,             -- '' while there is none
    answered_at    BIGINT,
    answer_ms      BIGINT,                    -- NULL: none, or given for them by an operator
    answered_by    TEXT NOT NULL,
    departed_at    BIGINT,
    arrived_at     BIGINT,
    withdrawn_at   BIGINT,
    reserved_at    BIGINT,
    recalled_at    BIGINT,
    stood_down_at  BIGINT,
    unreached_at   BIGINT,
    PRIMARY KEY (alert, seq)
);
CREATE INDEX asked_person ON asked (person, asked_at);
