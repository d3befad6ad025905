-- In which order events came in: the last of them, for those who look on and were away for a while.
CREATE TABLE arrivals (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    event BLOB NOT NULL UNIQUE
) STRICT;
