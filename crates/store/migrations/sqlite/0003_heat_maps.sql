CREATE TABLE heat_maps (
    camera TEXT NOT NULL,
    hour INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    cells BLOB NOT NULL,
    PRIMARY KEY (camera, hour, width, height)
) STRICT, WITHOUT ROWID;
CREATE INDEX heat_maps_by_hour ON heat_maps (hour);

-- Which parts were added: a part that is delivered twice changes nothing.
CREATE TABLE heat_map_parts (
    id BLOB NOT NULL PRIMARY KEY,
    hour INTEGER NOT NULL
) STRICT;
CREATE INDEX heat_map_parts_by_hour ON heat_map_parts (hour);
