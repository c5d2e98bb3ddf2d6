-- What devices have said. One row for each signal that must not be lost, and for each device the last
-- heartbeat and the last position, which are overwritten in batches (devices/store.go).
--
-- dedupe is a keyed hash of who sent it and the sender's own id: a signal that is sent again meets its
-- first row. device is NULL when nobody knows the sender; subject is whose key seals personal: the elder, else the
-- alert, else the device or the signal itself. personal holds position, battery, words, the
-- raw signal and its remarks.
CREATE TABLE signals (
  dedupe      BLOB PRIMARY KEY,
  id          TEXT NOT NULL,
  device      TEXT,
  subject     TEXT NOT NULL,
  protocol    TEXT NOT NULL,
  kind        TEXT NOT NULL,
  at          BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  late        BOOLEAN NOT NULL,
  alert       TEXT,
  repeats     BIGINT NOT NULL,
  repeated_at BIGINT,
  personal    BLOB
);

CREATE INDEX signals_device ON signals (device, received_at, id) WHERE device IS NOT NULL;
