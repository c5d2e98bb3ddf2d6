-- Who was erased: ids only, so that a backup that is put back can be erased again.
CREATE TABLE erasures (
    subject TEXT PRIMARY KEY,
    at      BIGINT NOT NULL
);

-- How long each kind of data is kept (internal/retention); a kind without a row is kept as the program says.
CREATE TABLE retention (
    kind        TEXT PRIMARY KEY,
    days        BIGINT NOT NULL,
    last_run_at BIGINT NOT NULL,
    last_rows   BIGINT NOT NULL
);

-- Requests of people about their data. cell is sealed under the row's own key: it must outlive an erasure.
CREATE TABLE privacy_requests (
    id         TEXT PRIMARY KEY,
    centre     TEXT NOT NULL,
    elder      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    done_at    BIGINT,
    version    BIGINT NOT NULL,
    cell       BLOB NOT NULL
);
CREATE INDEX privacy_requests_due ON privacy_requests (due_at, id);

-- What is held about a person is found by whose key seals it.
CREATE INDEX signals_subject ON signals (subject);
CREATE INDEX messages_subject ON messages (subject);
CREATE INDEX alerts_ended ON alerts (ended_at);
