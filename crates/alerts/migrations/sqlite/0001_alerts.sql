CREATE TABLE alert_rules (
    id BLOB PRIMARY KEY,
    site TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE alert_channels (
    id BLOB PRIMARY KEY,
    site TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    secret BLOB
);

-- How far each rule is for each camera, or for the whole.
CREATE TABLE alert_phases (
    rule BLOB NOT NULL REFERENCES alert_rules (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    phase TEXT NOT NULL,
    PRIMARY KEY (rule, subject)
);

CREATE TABLE alerts (
    id BLOB PRIMARY KEY,
    rule BLOB NOT NULL,
    site TEXT NOT NULL,
    subject TEXT NOT NULL,
    started BIGINT NOT NULL,
    resolved BIGINT,
    -- Whether everything has been told that there is to tell.
    settled BOOLEAN NOT NULL,
    body TEXT NOT NULL
);

-- However many processes evaluate a rule, it has one open alert.
CREATE UNIQUE INDEX alerts_open ON alerts (rule, subject) WHERE resolved IS NULL;
CREATE INDEX alerts_unsettled ON alerts (id) WHERE NOT settled;
CREATE INDEX alerts_started ON alerts (site, started);

CREATE TABLE alert_deliveries (
    id BLOB PRIMARY KEY,
    channel BLOB NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    created BIGINT NOT NULL,
    -- The next try; while one goes on, when it is taken to have died.
    due BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- waiting, delivered or failed
    state TEXT NOT NULL,
    error TEXT,
    ended BIGINT
);

CREATE INDEX alert_deliveries_due ON alert_deliveries (channel, due) WHERE state = 'waiting';
CREATE INDEX alert_deliveries_ended ON alert_deliveries (ended) WHERE ended IS NOT NULL;
