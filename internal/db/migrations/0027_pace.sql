-- Tasks about devices that are lost or were never tried begin at a pace that people can work at.
ALTER TABLE device_troubles ADD COLUMN task_at BIGINT;       -- since when it is a task; NULL: it waits, or from before there was a pace
CREATE INDEX device_troubles_begun ON device_troubles (task_at) WHERE task_at IS NOT NULL;
