-- Who has a device that cannot be relied on is on the safety plan at once, also while the repair task waits for its turn or is part of
-- an outage.
ALTER TABLE device_troubles ADD COLUMN safety BIGINT NOT NULL DEFAULT 0; -- 1: its elder is on the safety plan because of it, or such a device puts nobody on it
UPDATE device_troubles SET safety = 1 WHERE standing = '';
