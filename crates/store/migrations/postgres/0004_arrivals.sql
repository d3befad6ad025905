-- In which order events came in: the last of them, for those who look on and were away for a while.
CREATE TABLE arrivals (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event UUID NOT NULL UNIQUE
);
