-- Sites and cameras keep their settings as JSON: they are read whole, and never asked for by a part.
CREATE TABLE registry_sites (
    id       TEXT    NOT NULL PRIMARY KEY,
    settings TEXT    NOT NULL,
    version  BIGINT  NOT NULL,
    created  BIGINT  NOT NULL,
    changed  BIGINT  NOT NULL,
    deleted  BIGINT
);

CREATE TABLE registry_cameras (
    id         TEXT    NOT NULL PRIMARY KEY,
    site       TEXT    NOT NULL,
    settings   TEXT    NOT NULL,
    -- The whole address and the password, sealed; the id is bound to it. NULL once it was wiped.
    secret     BYTEA,
    started    BOOLEAN NOT NULL,
    -- The set of rules that is in force.
    rules      BIGINT  NOT NULL,
    -- When it was last stopped, started or set up otherwise: a gap from before is one of configuration.
    configured BIGINT  NOT NULL,
    version    BIGINT  NOT NULL,
    created    BIGINT  NOT NULL,
    changed    BIGINT  NOT NULL,
    deleted    BIGINT
);
CREATE INDEX registry_cameras_of_site ON registry_cameras (site);

CREATE TABLE registry_rules (
    camera  TEXT   NOT NULL,
    number  BIGINT NOT NULL,
    rules   TEXT   NOT NULL,
    who     TEXT   NOT NULL,
    changed BIGINT NOT NULL,
    what    TEXT   NOT NULL,
    PRIMARY KEY (camera, number)
);

-- The last version of every rule that a camera ever had, so that none is given twice. `content` is NULL while the
-- camera has no such rule.
CREATE TABLE registry_rule_versions (
    camera  TEXT   NOT NULL,
    rule    TEXT   NOT NULL,
    version BIGINT NOT NULL,
    content TEXT,
    PRIMARY KEY (camera, rule)
);

CREATE TABLE registry_views (
    id      UUID    NOT NULL PRIMARY KEY,
    -- The user who made it; NULL for the program itself.
    owner   UUID,
    site    TEXT,
    shared  BOOLEAN NOT NULL,
    name    TEXT    NOT NULL,
    query   TEXT    NOT NULL,
    version BIGINT  NOT NULL,
    created BIGINT  NOT NULL,
    changed BIGINT  NOT NULL
);
CREATE INDEX registry_views_of_owner ON registry_views (owner);

-- Grows with every change to sites, cameras and rules: by it one process learns what another did.
CREATE TABLE registry_revision (
    one      BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    revision BIGINT NOT NULL
);
INSERT INTO registry_revision VALUES (1, 0);
