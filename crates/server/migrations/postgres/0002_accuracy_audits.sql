-- What somebody has marked by eye, to be compared with what was counted. `body` and `report` are JSON.
CREATE TABLE accuracy_audits (
    id UUID NOT NULL PRIMARY KEY,
    site TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    -- Once it is finished.
    report TEXT
);
CREATE INDEX accuracy_audits_by_site ON accuracy_audits (site, id);
