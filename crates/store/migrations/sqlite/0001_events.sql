-- What an event is about: the same few texts in millions of events, so each combination has a number.
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    measure TEXT NOT NULL,
    camera TEXT NOT NULL,
    rule TEXT NOT NULL,
    class TEXT NOT NULL,
    direction TEXT NOT NULL,
    UNIQUE (camera, measure, rule, class, direction)
) STRICT;

-- Times are microseconds since 1970 in UTC; stream times are microseconds since the stream's first frame.
CREATE TABLE events (
    id BLOB NOT NULL PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (id),
    time INTEGER NOT NULL,
    stream_time INTEGER NOT NULL,
    confirmed INTEGER,
    rule_version INTEGER,
    confidence REAL,
    inferred INTEGER,
    track INTEGER,
    dwell_s REAL,
    interrupted INTEGER,
    from_time INTEGER,
    until_time INTEGER,
    corrected_from INTEGER,
    corrected_to INTEGER,
    model TEXT,
    details TEXT
) STRICT;
CREATE INDEX events_by_time ON events (time, id);
CREATE INDEX events_by_series ON events (series, time);

-- Roll-ups. A row holds all slots of its span: 60 minutes of an hour, or 672 quarters of an hour of seven days,
-- in UTC.
CREATE TABLE minutes (
    series INTEGER NOT NULL REFERENCES series (id),
    span INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (series, span)
) STRICT, WITHOUT ROWID;
CREATE INDEX minutes_by_span ON minutes (span);
CREATE TABLE quarters (
    series INTEGER NOT NULL REFERENCES series (id),
    span INTEGER NOT NULL,
    slots BLOB NOT NULL,
    PRIMARY KEY (series, span)
) STRICT, WITHOUT ROWID;
CREATE INDEX quarters_by_span ON quarters (span);
