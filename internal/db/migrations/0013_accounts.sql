-- Sessions that are listed, ended and remembered. A session that has ended keeps its row for 90 days; its ends_at is
-- then the moment of its end, so that the program before this one takes it for over, too.
ALTER TABLE sessions ADD COLUMN id         TEXT   NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN centre     TEXT   NOT NULL DEFAULT ''; -- the operator's at the log-in
ALTER TABLE sessions ADD COLUMN browser    TEXT   NOT NULL DEFAULT ''; -- id of a row of browsers
ALTER TABLE sessions ADD COLUMN method     TEXT   NOT NULL DEFAULT 'password'; -- password, passkey or sso
ALTER TABLE sessions ADD COLUMN level      TEXT   NOT NULL DEFAULT 'password'; -- password or second_factor
ALTER TABLE sessions ADD COLUMN proved_at  BIGINT;                     -- when the person last proved who they are
ALTER TABLE sessions ADD COLUMN prev_hash  BLOB;                       -- of the token before the last change
ALTER TABLE sessions ADD COLUMN prev_until BIGINT;                     -- until when requests under way may still bear it
ALTER TABLE sessions ADD COLUMN ended_at   BIGINT;
ALTER TABLE sessions ADD COLUMN ended_by   TEXT   NOT NULL DEFAULT ''; -- id of who ended it; '' when it ended by itself
ALTER TABLE sessions ADD COLUMN ended_why  TEXT   NOT NULL DEFAULT '';
CREATE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_prev ON sessions (prev_hash);
CREATE INDEX sessions_ended ON sessions (ended_at);
CREATE INDEX sessions_centre ON sessions (centre, made_at);

-- The browsers from which people log in, each with a cookie of its own. A seat is one that a supervisor has enrolled
-- beforehand with a code that is good once; it is known for everybody. known_browsers says who has logged in from which.
CREATE TABLE browsers (
  id         TEXT PRIMARY KEY,
  hash       BLOB UNIQUE,            -- SHA-256 of the cookie; NULL for a seat whose code was not used yet
  kind       TEXT   NOT NULL,        -- browser or seat
  centre     TEXT   NOT NULL,
  agent      TEXT   NOT NULL,        -- what browser it says it is: chrome/windows
  label      BLOB,                   -- sealed under the row's own key: what people call the seat
  code       BLOB UNIQUE,            -- SHA-256 of the code to enrol with
  code_until BIGINT,
  made_at    BIGINT NOT NULL,
  made_by    TEXT   NOT NULL,
  seen_at    BIGINT,
  revoked_at BIGINT,
  revoked_by TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX browsers_centre ON browsers (centre, id);
ALTER TABLE known_browsers ADD COLUMN browser TEXT NOT NULL DEFAULT '';
CREATE INDEX known_browsers_browser ON known_browsers (browser);
CREATE INDEX known_browsers_operator ON known_browsers (operator);

-- A password that somebody else has given must be changed at the first log-in, and is good for some days only.
ALTER TABLE operator_passwords ADD COLUMN temporary_until BIGINT;

-- Second factors. cell is sealed under the operator's key: the secret of a TOTP, the credential of a passkey.
CREATE TABLE operator_factors (
  id         TEXT PRIMARY KEY,
  operator   TEXT   NOT NULL,
  kind       TEXT   NOT NULL,        -- totp or passkey
  state      TEXT   NOT NULL,        -- pending, active or blocked
  credential BLOB UNIQUE,            -- SHA-256 of a passkey's id
  last_step  BIGINT NOT NULL,        -- of the last TOTP code that was used: none is good twice
  made_at    BIGINT NOT NULL,
  used_at    BIGINT,
  cell       BLOB   NOT NULL
);
CREATE INDEX operator_factors_operator ON operator_factors (operator, id);

CREATE TABLE recovery_codes (
  operator TEXT   NOT NULL,
  hash     BLOB   NOT NULL,
  made_at  BIGINT NOT NULL,
  used_at  BIGINT,
  PRIMARY KEY (operator, hash)
);

-- A ceremony is something that begins with one request and ends with another, once, within minutes: making or
-- using a passkey, single sign-on. hash is of the token that the browser holds meanwhile.
CREATE TABLE ceremonies (
  hash       BLOB   PRIMARY KEY,
  kind       TEXT   NOT NULL,
  operator   TEXT   NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  cell       BLOB   NOT NULL
);
CREATE INDEX ceremonies_expire ON ceremonies (expires_at);

-- When a token was last used, written at most once an hour.
ALTER TABLE tokens ADD COLUMN used_at BIGINT;
