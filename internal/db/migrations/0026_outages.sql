-- Devices that fell silent together are one outage, with the list of the people to check on; the rest of what is wrong with devices
-- becomes a task at a pace that people can work at.
ALTER TABLE device_troubles ADD COLUMN standing TEXT NOT NULL DEFAULT ''; -- '': has its task; gathered, alone: waits for one; outage: part of one
ALTER TABLE device_troubles ADD COLUMN fragility BIGINT NOT NULL DEFAULT 0; -- of the elder, while it waits: the more, the sooner
CREATE INDEX device_troubles_waiting ON device_troubles (standing, device) WHERE standing IN ('gathered', 'alone');
CREATE INDEX device_troubles_outage ON device_troubles (alert) WHERE standing = 'outage';

-- Who is to be checked on in an outage, and how far that has come. The story of it stands in the chain of the alert.
CREATE TABLE outage_people (
    alert     TEXT NOT NULL,
    elder     TEXT NOT NULL,
    fragility BIGINT NOT NULL,
    state     TEXT NOT NULL,              -- unchecked, well, help, back
    state_at  BIGINT NOT NULL,
    tries     BIGINT NOT NULL,            -- how often somebody tried to reach them in vain
    emergency TEXT NOT NULL,              -- the alert that was raised for them; '' for none
    PRIMARY KEY (alert, elder)
);
CREATE INDEX outage_people_order ON outage_people (alert, fragility, elder);
CREATE INDEX outage_people_elder ON outage_people (elder);
