-- The newest credit grade of each helper and provider, and the figures that it rests on: counts, nothing personal.
CREATE TABLE grades (
    id       TEXT PRIMARY KEY,
    grade    TEXT NOT NULL,
    points   BIGINT NOT NULL,
    since_at BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    figures  TEXT NOT NULL
);
