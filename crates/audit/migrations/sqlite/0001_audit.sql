-- Entries are chained: `previous` is the hash of the entry before, and `hash` covers everything else in the row.
-- Times are microseconds since 1970 in UTC. `before` and `after` are kept as the text that was hashed.
CREATE TABLE audit (
    number INTEGER NOT NULL PRIMARY KEY,
    time BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    actor_name TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    site TEXT,
    before TEXT,
    after TEXT,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX audit_by_object ON audit (object_kind, object_id, number);
CREATE INDEX audit_by_actor ON audit (actor_name, number);
CREATE INDEX audit_by_site ON audit (site, number);

-- The newest entry: without it, entries that were removed from the end would not be missed.
CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL,
    hash BLOB NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
