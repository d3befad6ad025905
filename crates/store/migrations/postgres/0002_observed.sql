-- Watched stretches are added to the roll-ups; their ids stay here for a while, to know repeats.
CREATE TABLE observed (
    id UUID NOT NULL PRIMARY KEY,
    series BIGINT NOT NULL REFERENCES series (id),
    from_time BIGINT NOT NULL,
    until_time BIGINT NOT NULL
);
CREATE INDEX observed_by_time ON observed (until_time);

-- What is older than its horizon was deleted, and is not taken in again.
CREATE TABLE horizons (
    kept TEXT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL
);
