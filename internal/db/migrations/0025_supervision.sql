-- Devices are supervised: what each is expected to do, when it is looked at next, and what is wrong with it.
ALTER TABLE devices ADD COLUMN beat_s BIGINT;                            -- seconds between its reports; 0: none; NULL: as its kind does
ALTER TABLE devices ADD COLUMN battery_hours BIGINT;                     -- how long it lives without mains; NULL: not known
ALTER TABLE devices ADD COLUMN carrier TEXT NOT NULL DEFAULT '';         -- code of the mobile network

-- When the supervision looks at a device. Reports of a device do not touch the row: whoever looks sees when it was heard, and
-- comes back when it could be lost.
CREATE TABLE device_watch (
    device   TEXT PRIMARY KEY,
    watch_at BIGINT,                      -- NULL: nothing to look for until something changes
    bound_at BIGINT                       -- since when it is its elder's; NULL: from before there was supervision
);
CREATE INDEX device_watch_due ON device_watch (watch_at) WHERE watch_at IS NOT NULL;
INSERT INTO device_watch (device, watch_at) SELECT id, 0 FROM devices WHERE archived_at IS NULL;

-- Why devices cannot be relied on: one row for each kind of trouble until a real press of the device has passed. The rows of an
-- elder are the reasons of their safety plan.
CREATE TABLE device_troubles (
    device    TEXT NOT NULL,
    kind      TEXT NOT NULL,
    elder     TEXT NOT NULL,              -- '' when nobody's
    alert     TEXT NOT NULL,              -- the repair task
    since_at  BIGINT NOT NULL,
    mended_at BIGINT,                     -- the fault has gone; the key has not been tried since
    PRIMARY KEY (device, kind)
);
CREATE INDEX device_troubles_elder ON device_troubles (elder) WHERE elder <> '';

-- The stretches of time during which some node listened: silence while nobody listened is no device's fault.
CREATE TABLE listening (
    began_at BIGINT PRIMARY KEY,
    alive_at BIGINT NOT NULL
);
