-- The index of alerts that have ended held those that have not, too, and the list of open ones was read and sorted by it.
DROP INDEX alerts_ended;
CREATE INDEX alerts_ended ON alerts (ended_at) WHERE ended_at IS NOT NULL;
