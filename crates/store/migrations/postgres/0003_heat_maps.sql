CREATE TABLE heat_maps (
    camera TEXT NOT NULL,
    hour BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    cells BYTEA NOT NULL,
    PRIMARY KEY (camera, hour, width, height)
) WITH (fillfactor = 70);
CREATE INDEX heat_maps_by_hour ON heat_maps (hour);

-- Which parts were added: a part that is delivered twice changes nothing.
CREATE TABLE heat_map_parts (
    id UUID NOT NULL PRIMARY KEY,
    hour BIGINT NOT NULL
);
CREATE INDEX heat_map_parts_by_hour ON heat_map_parts (hour);
