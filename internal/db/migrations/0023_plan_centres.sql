-- A response plan may be a centre's own; empty: for all centres.
ALTER TABLE plans ADD COLUMN centre TEXT NOT NULL DEFAULT '';
