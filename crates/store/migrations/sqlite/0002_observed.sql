-- Watched stretches are added to the roll-ups; their ids stay here for a while, to know repeats.
CREATE TABLE observed (
    id BLOB NOT NULL PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (id),
    from_time INTEGER NOT NULL,
    until_time INTEGER NOT NULL
) STRICT;
CREATE INDEX observed_by_time ON observed (until_time);

-- What is older than its horizon was deleted, and is not taken in again.
CREATE TABLE horizons (
    kept TEXT NOT NULL PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT;
