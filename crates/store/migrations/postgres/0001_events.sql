-- What an event is about: the same few texts in millions of events, so each combination has a number.
CREATE TABLE series (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    measure TEXT NOT NULL,
    camera TEXT NOT NULL,
    rule TEXT NOT NULL,
    class TEXT NOT NULL,
    direction TEXT NOT NULL,
    UNIQUE (camera, measure, rule, class, direction)
);

-- Times are microseconds since 1970 in UTC; stream times are microseconds since the stream's first frame.
CREATE TABLE events (
    id UUID NOT NULL PRIMARY KEY,
    series BIGINT NOT NULL REFERENCES series (id),
    time BIGINT NOT NULL,
    stream_time BIGINT NOT NULL,
    confirmed BIGINT,
    rule_version BIGINT,
    confidence DOUBLE PRECISION,
    inferred BOOLEAN,
    track BIGINT,
    dwell_s DOUBLE PRECISION,
    interrupted BOOLEAN,
    from_time BIGINT,
    until_time BIGINT,
    corrected_from BIGINT,
    corrected_to BIGINT,
    model TEXT,
    details TEXT
);
CREATE INDEX events_by_time ON events (time, id);
CREATE INDEX events_by_series ON events (series, time);

-- Roll-ups. A row holds all slots of its span: 60 minutes of an hour, or 672 quarters of an hour of seven days,
-- in UTC. Room is left on each page: a row that is updated within its page writes no index.
CREATE TABLE minutes (
    series BIGINT NOT NULL REFERENCES series (id),
    span BIGINT NOT NULL,
    slots BYTEA NOT NULL,
    PRIMARY KEY (series, span)
) WITH (fillfactor = 70);
CREATE INDEX minutes_by_span ON minutes (span);
CREATE TABLE quarters (
    series BIGINT NOT NULL REFERENCES series (id),
    span BIGINT NOT NULL,
    slots BYTEA NOT NULL,
    PRIMARY KEY (series, span)
) WITH (fillfactor = 70);
CREATE INDEX quarters_by_span ON quarters (span);
