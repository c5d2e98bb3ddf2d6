-- How the coming week looked in each night: at how many doors somebody could be in time. Figures only; '' is all centres together.
CREATE TABLE coverage_reports (
    day      TEXT NOT NULL,               -- 2026-11-26
    centre   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    minutes  BIGINT NOT NULL,
    elders   BIGINT NOT NULL,
    unplaced BIGINT NOT NULL,             -- of them: nobody knows where they live
    always   BIGINT NOT NULL,             -- somebody could be there in every hour of the week
    never    BIGINT NOT NULL,
    hours    BIGINT NOT NULL,             -- of all elders in which somebody could be there
    open     TEXT NOT NULL,               -- for each of 168 hours how many elders have nobody; JSON
    PRIMARY KEY (day, centre)
);
