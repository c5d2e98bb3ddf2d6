-- Sessions of operators. A row is named by the SHA-256 of its token: whoever reads the table cannot
-- log in with it.
CREATE TABLE sessions (
  hash     BLOB   PRIMARY KEY,
  operator TEXT   NOT NULL,
  made_at  BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL, -- written at most once a minute
  ends_at  BIGINT NOT NULL  -- the end of the longest shift, whatever is done
);
CREATE INDEX sessions_operator ON sessions (operator);

-- Browsers from which an operator has logged in before; hash covers the browser's cookie and the
-- name. Wrong passwords from elsewhere never slow these down, so nobody can lock a night shift out.
CREATE TABLE known_browsers (
  hash     BLOB   PRIMARY KEY,
  operator TEXT   NOT NULL,
  made_at  BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL
);
