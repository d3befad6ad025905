-- Entries are chained: `previous` is the hash of the entry before, and `hash` covers everything else in the row.
-- Times are microseconds since 1970 in UTC. `before` and `after` are kept as the text that was hashed.
CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    time BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    actor_name TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    site TEXT,
    before TEXT,
    after TEXT,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX audit_by_object ON audit (object_kind, object_id, number);
CREATE INDEX audit_by_actor ON audit (actor_name, number);
CREATE INDEX audit_by_site ON audit (site, number);

-- The newest entry: without it, entries that were removed from the end would not be missed. Whoever appends holds
-- its lock until the end of the transaction, so the chain cannot fork.
CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
