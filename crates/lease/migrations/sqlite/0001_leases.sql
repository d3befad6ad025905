-- Workers that are there. A row that nobody has touched for a while is deleted.
CREATE TABLE lease_workers (
    id TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    started BIGINT NOT NULL,
    -- When it last gave a sign of life, microseconds since 1970 by this server's clock, as all times here.
    seen BIGINT NOT NULL,
    -- How much it can do, relative to others, in thousandths.
    weight BIGINT NOT NULL,
    -- What its cameras cost, as measured.
    cost BIGINT NOT NULL,
    cameras BIGINT NOT NULL,
    overloaded INTEGER NOT NULL
);

-- Cameras that are to be watched. `expires` is past while nobody has it.
CREATE TABLE lease_cameras (
    camera TEXT PRIMARY KEY,
    worker TEXT,
    epoch BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    -- As its last worker has measured; none while nobody has.
    cost BIGINT,
    -- What it does, as JSON.
    state TEXT
);
-- Free ones are looked for every second or two by every worker.
CREATE INDEX lease_cameras_expires ON lease_cameras (expires);

-- Who had a camera when: what is told of an epoch after its end is not believed.
CREATE TABLE lease_epochs (
    camera TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    worker TEXT NOT NULL,
    -- None for the epoch that goes on: it ends when the lease expires.
    ended BIGINT,
    PRIMARY KEY (camera, epoch)
);
CREATE INDEX lease_epochs_ended ON lease_epochs (ended);
