-- Gapless numbers, one row each (Tx.NextSeq).
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  n    BIGINT NOT NULL
);

-- The key of every person's sealed cells, wrapped by a master key that lies outside the database
-- (internal/seal). A subject has a second key when the first could not be unwrapped in an
-- emergency; id is the key id that stands in every cell.
CREATE TABLE data_keys (
  subject    TEXT NOT NULL,
  id         TEXT NOT NULL,
  kek        TEXT NOT NULL,
  wrapped    BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (subject, id)
);

-- Every master key that ever wrapped one of data_keys: which ones a ring must hold.
CREATE TABLE master_keys (
  kek        TEXT PRIMARY KEY,
  created_at BIGINT NOT NULL
);
